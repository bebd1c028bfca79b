"""Fetches pages: the one way to a page, which is requested politely, checked for completeness and archived."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from threading import Lock
from types import TracebackType
from typing import Literal, Self

import httpx2

from scrapers.fetching import alternatives, api_keys, bot_walls, browser, wayback
from scrapers.fetching.archive import Archive, Draft, is_intact
from scrapers.fetching.browser_page import Rules
from scrapers.fetching.completeness import ResponseBody, check_complete
from scrapers.fetching.http_client import HttpClient, HttpRequest, HttpResponse
from scrapers.fetching.policy import (
    MAX_REDIRECTS,
    Settings,
    check_url,
    foreign_redirect,
    host_of,
    host_rule,
    is_same_address,
    may_follow,
)
from scrapers.fetching.rate_limit import HostLocks
from scrapers.fetching.replay import RecordedAnswer, Replay
from scrapers.fetching.robots import Robots
from scrapers.model import Failure, FetchError, Page, Provider, Request, ScrapeError, clip

_LOG = logging.getLogger(__name__)
NOT_ASKED = "x-gpuhour-not-asked"  # on a page of status 304: the address names a version, so nobody was asked
UNCHANGED_SINCE = "x-gpuhour-unchanged-since"  # on a page of status 304: when its bytes were downloaded
MOVED_TO = "x-gpuhour-moved-to"  # on a page whose host says that it is at this address from now on
DOCUMENT_SHA256 = "x-gpuhour-document-sha256"  # on a browser page: hash of the document before its scripts ran


def _is_nothing(_: Page) -> bool:
    """Tell that nothing is known of a page."""
    return False


class Fetcher:
    """Fetches pages from the network, or by the same code from recorded captures; a context manager.

    Threads and processes may fetch at once: only one of them at a time sends a request to a host.
    """

    def __init__(self, archive: Archive, replay: Replay | None = None, settings: Settings | None = None) -> None:
        settings = settings or Settings.from_env()
        if replay:  # no host to be polite to, and a recorded failure will not go away
            settings = replace(settings, interval=0.0, jitter=0.0, attempts=1)
        locks = archive.home / "locks" / ("replay" if replay else "")
        self._archive, self._replay, self._settings = archive, replay, settings
        host_locks = HostLocks(locks, settings.interval, settings.jitter, settings.wait_max)
        self._http = HttpClient(settings, host_locks, httpx2.MockTransport(replay.answer) if replay else None)
        self._robots = Robots(archive.home / "robots", self._http, settings)
        self._stack, self._lock = ExitStack(), Lock()
        self._browser: browser.Browser | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._stack.close()

    def crawl(
        self, provider: Provider, *, one_of_each: bool = False, is_known: Callable[[Page], bool] = _is_nothing
    ) -> Iterator[Page | Failure]:
        """Yield every page of a provider: its requests, then their links by `follow`, breadth first, no URL twice.

        A page that cannot be fetched is a Failure; the others go on. `one_of_each`: of the pages that links lead to,
        only one of each source is fetched. `is_known`: whether the caller knows what an archived page states, so that
        nobody is going to read its bytes.
        """
        queue, done = deque(provider.requests), set[tuple[str, str, str, bool]]()
        sources = {request.source for request in provider.requests if not request.is_index}
        while queue:
            request = queue.popleft()
            identity = (request.method, request.url.partition("#")[0], request.body, request.browser)
            if identity in done:
                continue
            if len(done) >= self._settings.max_pages:
                yield Failure(
                    request,
                    f"{provider.slug}: stopped after {len(done)} pages; {request.url} and "
                    f"{len(queue)} more were not fetched",
                    "too_many",
                )
                return
            done.add(identity)
            request = replace(request, alternatives=tuple(filter(self.can_ask, request.alternatives)))
            attempt = partial(self._attempt, provider, is_known=is_known)
            request, page = alternatives.first_answer(provider, request, attempt)
            yield page
            for link in _follow(provider, request, page) if isinstance(page, Page) else ():
                if isinstance(link, Failure):
                    yield link
                elif not one_of_each or link.is_index or link.source not in sources:
                    queue.append(link)
                    sources |= set() if link.is_index else {link.source}

    def _attempt(
        self, provider: Provider, request: Request, is_known: Callable[[Page], bool] = _is_nothing
    ) -> Page | Failure:
        try:
            return self._archived_version(provider, request, is_known) or self.fetch(provider, request)
        except FetchError as error:
            _LOG.warning("%s: %s", provider.slug, clip(str(error), 500))
            return Failure(request, str(error), error.kind, error.status, error.answer)

    def _archived_version(self, provider: Provider, request: Request, is_known: Callable[[Page], bool]) -> Page | None:
        """Return the archived page of an address that names a version, as seen again now; None where there is none.

        The bytes are checked only where somebody is going to read them: that takes longer than all the rest.
        """
        if self._replay or not request.is_version or request.browser:
            return None
        old = self._archive.newest(provider.slug, request.url)
        if old is None or old.fetched_by != "http" or not (is_known(old) or is_intact(old)):
            return None
        page = self._page(provider, request, old.final_url, {NOT_ASKED: "1"}, None)
        return self._archive.record_unchanged(old, _merge_unchanged(old, page))

    def now(self) -> datetime:
        """Return the current time (UTC); in a replay, the time of its newest capture."""
        return self._replay.newest() if self._replay else datetime.now(UTC)

    def can_ask(self, request: Request) -> bool:
        """Return whether there is somebody to ask: a replay has only what was recorded."""
        return self._replay is None or self._replay.has(request.method, request.url)

    def fetch(self, provider: Provider, request: Request) -> Page:
        """Return one page, archived. An unchanged one (304) has the archived bytes and the current time.

        Raises FetchError with the reason; it names no keys.
        """
        try:
            check_url(api_keys.fill_address(request.url), self._settings)
            headers = api_keys.fill(request.headers)
            if request.browser:
                return self._render(provider, request, headers)
            return self._download(provider, request, headers)
        except FetchError as error:
            message, kind = api_keys.redact(str(error), request.headers, request.url), error.kind
            if kind == "blocked" and error.status == 403 and api_keys.names(request.headers):
                message, kind = f"{message}, with a key: check that it is valid", "failed"
            raise FetchError(message, kind, error.status, error.answer, may_pass=error.may_pass) from None

    def _check_robots(self, url: str) -> float:
        """Return the pause that robots.txt requires at this URL; raises FetchError where it is disallowed."""
        return 0.0 if self._replay else self._robots.check(url)

    def _download(self, provider: Provider, request: Request, headers: Mapping[str, str]) -> Page:
        old = self._previous(provider, request)
        conditions = _conditions(old) if old else {}
        address = api_keys.fill_address(request.url)
        http_request = HttpRequest(
            address, request.method, {**headers, **conditions}, request.body, request.max_bytes, request.timeout
        )
        answer, draft = self._follow_redirects(provider, request, http_request)
        recorded = answer.extensions.get("recorded")
        try:
            page = self._page(provider, request, answer.url, answer.headers, recorded)
            if answer.status == 304 and old:
                return self._archive.record_unchanged(old, _merge_unchanged(old, page))
            body = draft.seal()
            # A wall that an archive captured is of that day, and no wall of the archive.
            if not (wayback.is_captured(page) and "memento-datetime" in answer.headers):
                content = body.read() if body.size <= bot_walls.LARGEST else b""
                bot_walls.check(request.url, answer.url, content)
            check_complete(body, request, is_framed=answer.is_framed, is_excerpt=page.is_excerpt)
            return self._archive.keep(draft, page, request.method, request.body)
        finally:
            draft.discard()

    def _follow_redirects(
        self, provider: Provider, request: Request, http_request: HttpRequest
    ) -> tuple[HttpResponse, Draft]:
        allowed, hops = host_rule(provider, request.url), set[int]()
        for _ in range(MAX_REDIRECTS + 1):
            answer, draft = self._http.send(http_request, self._archive.draft, self._check_robots(http_request.url))
            if not answer.location:
                has_moved = bool(hops) and hops <= {301, 308}
                facts = {MOVED_TO: answer.url} if has_moved and not is_same_address(request.url, answer.url) else {}
                return replace(answer, headers={**answer.headers, **facts}), draft
            hops.add(answer.status)
            draft.discard()
            try:
                check_url(answer.location, self._settings)
            except FetchError as error:
                raise FetchError(f"{http_request.url} redirects: {error}", status=answer.status) from None
            if not allowed(host_of(answer.location)):
                message, kind = foreign_redirect(http_request.url, answer.location)
                raise FetchError(message, kind, answer.status)
            http_request = _redirect(http_request, answer, api_keys.names(request.headers))
        raise FetchError(f"{request.url} redirects more than {MAX_REDIRECTS} times")

    def _previous(self, provider: Provider, request: Request) -> Page | None:
        """Return the archived page that the host may confirm as unchanged."""
        if self._replay or request.method != "GET":
            return None
        old = self._archive.newest(provider.slug, request.url)
        return old if old and old.fetched_by == "http" and _conditions(old) and is_intact(old) else None

    def _render(self, provider: Provider, request: Request, headers: Mapping[str, str]) -> Page:
        rules = Rules(headers, self._settings, host_rule(provider, request.url), self._replay)
        delay = self._check_robots(request.url)
        rendered = self._http.with_retries(request.url, delay, lambda: self._chromium().render(request, rules))
        if rendered.url != request.url:
            self._check_robots(rendered.url)
        recorded = self._replay.find("GET", rendered.url) if self._replay else None
        facts = {**rendered.headers, DOCUMENT_SHA256: rendered.document_sha256}
        page = self._page(provider, request, rendered.url, facts, recorded)
        any_end = replace(request, ends_with="", expect="html")
        check_complete(
            ResponseBody(len(rendered.document), rendered.document, rendered.document, lambda: rendered.document),
            any_end,
            is_framed=True,
            is_excerpt=page.is_excerpt,
        )
        check_complete(
            ResponseBody(len(rendered.content), rendered.content, rendered.content, lambda: rendered.content),
            replace(request, expect="html"),
            is_framed=True,
            is_excerpt=page.is_excerpt,
        )
        bot_walls.check(request.url, rendered.url, rendered.content)
        return self._archive.save(replace(page, content=rendered.content))

    def _chromium(self) -> browser.Browser:
        with self._lock:
            if self._browser is None:
                self._browser = self._stack.enter_context(browser.shared())
            return self._browser

    def _page(
        self,
        provider: Provider,
        request: Request,
        final_url: str,
        headers: Mapping[str, str],
        recorded: RecordedAnswer | None,
    ) -> Page:
        """Describe a response as a Page, without its bytes."""
        fetched_by: Literal["http", "browser"] = "browser" if request.browser else "http"
        page = Page(
            provider.slug,
            request.url,
            datetime.now(UTC),
            request.source,
            fetched_by=fetched_by,
            final_url=api_keys.redact(final_url, request.headers, request.url),
            is_index=request.is_index,
            headers=api_keys.redact_headers(headers, request.headers),
        )
        if wayback.is_captured(page):
            return replace(page, captured_at=wayback.captured_at(page))
        if recorded is None or self._replay is None:
            return page
        return replace(
            page,
            captured_at=self._replay.captured_at(recorded),
            is_excerpt=recorded.is_excerpt,
            is_sample=recorded.is_sample,
            fetched_by="replay-browser" if fetched_by == "browser" else "replay-http",
        )


def _conditions(old: Page) -> dict[str, str]:
    """Return the headers by which a host can confirm that nothing has changed."""
    conditions = {"If-None-Match": old.headers.get("etag"), "If-Modified-Since": old.headers.get("last-modified")}
    return {name: value for name, value in conditions.items() if value}


def _merge_unchanged(old: Page, page: Page) -> Page:
    """Describe a 304 response: the old page's headers on its content, the new ones on everything else."""
    new = {name: value for name, value in page.headers.items() if not name.startswith("content-")}
    since = {UNCHANGED_SINCE: old.headers.get(UNCHANGED_SINCE, old.captured_at.isoformat())}
    return replace(page, status=304, headers={**old.headers, **new, **since})


def _redirect(http_request: HttpRequest, answer: HttpResponse, secret: Iterable[str]) -> HttpRequest:
    """Return the request that follows a redirect; keys do not travel to another host."""
    if host_of(answer.location) != host_of(http_request.url):
        http_request = replace(
            http_request, headers={name: text for name, text in http_request.headers.items() if name not in secret}
        )
    if answer.status == 303 or (answer.status in (301, 302) and http_request.method == "POST"):
        http_request = replace(http_request, method="GET", body="")
    return replace(http_request, url=answer.location)


def _follow(provider: Provider, request: Request, page: Page) -> Iterator[Request | Failure]:
    """Yield the requests that a page links to; an error in reading the links is a failure of this page alone."""
    if provider.follow is None:
        return
    try:
        for link in provider.follow(page):
            if may_follow(provider, link.url):
                yield link
            else:
                yield Failure(link, f"{page.url} links to the foreign host {host_of(link.url)}: not fetched")
    except ScrapeError as error:
        yield Failure(request, str(error), "layout")
    except Exception as error:
        _LOG.exception("%s: following %s", provider.slug, clip(page.url))
        yield Failure(request, f"{page.url}: cannot read its links: {clip(repr(error))}", "layout")
