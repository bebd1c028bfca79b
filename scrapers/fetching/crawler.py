"""The one way to a page: asked politely, checked to be whole, archived, and only then handed to whoever reads it."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from threading import Lock
from types import TracebackType
from typing import Literal, Self

import httpx2

from scrapers.fetching import api_keys, browser
from scrapers.fetching.archive import Archive, Draft, is_sound
from scrapers.fetching.browser_page import Rules
from scrapers.fetching.completeness import Bytes, check
from scrapers.fetching.http_client import Answer, Ask, Web
from scrapers.fetching.policy import MAX_REDIRECTS, Settings, check_url, host_of, host_rule, may_follow
from scrapers.fetching.rate_limit import Turns
from scrapers.fetching.replay import Recorded, Replay
from scrapers.fetching.robots import Robots
from scrapers.model import Failure, FetchError, Page, Provider, Request, ScrapeError, clip

_LOG = logging.getLogger(__name__)
UNCHANGED_SINCE = "x-gpuhour-unchanged-since"  # on a page of status 304: when its bytes really came
DOCUMENT_SHA256 = "x-gpuhour-document-sha256"  # on a browser page: hash of the document before its scripts ran


class Fetcher:
    """Fetches pages from the network, or by the same code from recorded captures; a context manager.

    Threads and processes may fetch at once: each host is asked by one of them at a time.
    """

    def __init__(self, archive: Archive, replay: Replay | None = None, settings: Settings | None = None) -> None:
        settings = settings or Settings.from_env()
        if replay:  # nobody to be polite to, and a recorded failure stays one
            settings = replace(settings, interval=0.0, jitter=0.0, attempts=1)
        locks = archive.home / "locks" / ("replay" if replay else "")
        self._archive, self._replay, self._settings = archive, replay, settings
        turns = Turns(locks, settings.interval, settings.jitter, settings.wait_max)
        self._web = Web(settings, turns, httpx2.MockTransport(replay.answer) if replay else None)
        self._robots = Robots(archive.home / "robots", self._web, settings)
        self._stack, self._lock = ExitStack(), Lock()
        self._browser: browser.Browser | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._stack.close()

    def crawl(self, provider: Provider) -> Iterator[Page | Failure]:
        """Every page of a provider: its requests, then what `follow` finds in them, breadth first, no URL twice.

        A page that cannot be had is a Failure; the others go on.
        """
        queue, seen = deque(provider.requests), set[tuple[str, str, str, bool]]()
        while queue:
            request = queue.popleft()
            identity = (request.method, request.url.partition("#")[0], request.body, request.browser)
            if identity in seen:
                continue
            if len(seen) >= self._settings.max_pages:
                yield Failure(
                    request,
                    f"{provider.slug}: stopped after {len(seen)} pages; {request.url} and "
                    f"{len(queue)} more were not fetched",
                    "too_many",
                )
                return
            seen.add(identity)
            try:
                page = self.fetch(provider, request)
            except FetchError as error:
                _LOG.warning("%s: %s", provider.slug, clip(str(error), 500))
                yield Failure(request, str(error), error.kind, error.status)
                continue
            yield page
            for found in _followed(provider, request, page):
                if isinstance(found, Failure):
                    yield found
                else:
                    queue.append(found)

    def now(self) -> datetime:
        """This moment (UTC); in a replay, the moment of its newest capture."""
        return self._replay.newest() if self._replay else datetime.now(UTC)

    def fetch(self, provider: Provider, request: Request) -> Page:
        """One page, archived. An unchanged one (304) has the archived bytes and this moment as its time.

        Raises FetchError, which says what was wrong; it names no keys.
        """
        try:
            check_url(request.url, self._settings)
            headers = api_keys.fill(request.headers)
            if request.browser:
                return self._render(provider, request, headers)
            return self._download(provider, request, headers)
        except FetchError as error:
            raise FetchError(api_keys.redact(str(error), request.headers), error.kind, error.status) from None

    def _admit(self, url: str) -> float:
        """The pause that robots.txt wants at this URL; raises FetchError where it is closed to us."""
        return 0.0 if self._replay else self._robots.check(url)

    def _download(self, provider: Provider, request: Request, headers: Mapping[str, str]) -> Page:
        old = self._previous(provider, request)
        conditions = _conditions(old) if old else {}
        ask = Ask(
            request.url, request.method, {**headers, **conditions}, request.body, request.max_bytes, request.timeout
        )
        answer, draft = self._follow_redirects(provider, request, ask)
        recorded = answer.extensions.get("recorded")
        page = self._page(provider, request, answer.url, answer.headers, recorded)
        try:
            if answer.status == 304 and old:
                return self._archive.again(old, _unchanged(old, page))
            check(draft.seal(), request, is_framed=answer.is_framed, is_excerpt=page.is_excerpt)
            return self._archive.keep(draft, page, request.method, request.body)
        finally:
            draft.discard()

    def _follow_redirects(self, provider: Provider, request: Request, ask: Ask) -> tuple[Answer, Draft]:
        allowed = host_rule(provider, request.url)
        for _ in range(MAX_REDIRECTS + 1):
            answer, draft = self._web.ask(ask, self._archive.draft, self._admit(ask.url))
            if not answer.location:
                return answer, draft
            draft.discard()
            try:
                check_url(answer.location, self._settings)
            except FetchError as error:
                raise FetchError(f"{ask.url} redirects: {error}", status=answer.status) from None
            if not allowed(host_of(answer.location)):
                foreign = host_of(answer.location)
                raise FetchError(f"{ask.url} redirects to the foreign host {foreign}", status=answer.status)
            ask = _redirected(ask, answer, api_keys.names(request.headers))
        raise FetchError(f"{request.url} redirects more than {MAX_REDIRECTS} times")

    def _previous(self, provider: Provider, request: Request) -> Page | None:
        """The archived page that the host may say is still the same."""
        if self._replay or request.method != "GET":
            return None
        old = self._archive.newest(provider.slug, request.url)
        return old if old and old.fetched_by == "http" and _conditions(old) and is_sound(old) else None

    def _render(self, provider: Provider, request: Request, headers: Mapping[str, str]) -> Page:
        rules = Rules(headers, self._settings, host_rule(provider, request.url), self._replay)
        delay = self._admit(request.url)
        shown = self._web.in_turn(request.url, delay, lambda: self._chromium().render(request, rules))
        if shown.url != request.url:
            self._admit(shown.url)
        recorded = self._replay.find("GET", shown.url) if self._replay else None
        facts = {**shown.headers, DOCUMENT_SHA256: shown.document_sha256}
        page = self._page(provider, request, shown.url, facts, recorded)
        plain = replace(request, ends_with="", expect="html")
        check(
            Bytes(len(shown.document), shown.document, shown.document, lambda: shown.document),
            plain,
            is_framed=True,
            is_excerpt=page.is_excerpt,
        )
        check(
            Bytes(len(shown.content), shown.content, shown.content, lambda: shown.content),
            replace(request, expect="html"),
            is_framed=True,
            is_excerpt=page.is_excerpt,
        )
        return self._archive.save(replace(page, content=shown.content))

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
        recorded: Recorded | None,
    ) -> Page:
        """The facts of an answer, without its bytes."""
        way: Literal["http", "browser"] = "browser" if request.browser else "http"
        page = Page(
            provider.slug,
            request.url,
            datetime.now(UTC),
            request.source,
            fetched_by=way,
            final_url=api_keys.redact(final_url, request.headers),
            is_index=request.is_index,
            headers=api_keys.redact_headers(headers, request.headers),
        )
        if recorded is None or self._replay is None:
            return page
        return replace(
            page,
            captured_at=self._replay.captured_at(recorded),
            is_excerpt=recorded.is_excerpt,
            fetched_by="replay-browser" if way == "browser" else "replay-http",
        )


def _conditions(old: Page) -> dict[str, str]:
    """Headers by which a host can say that nothing has changed."""
    said = {"If-None-Match": old.headers.get("etag"), "If-Modified-Since": old.headers.get("last-modified")}
    return {name: value for name, value in said.items() if value}


def _unchanged(old: Page, page: Page) -> Page:
    """The facts of a 304: the old page's about its content, the new answer's about everything else."""
    new = {name: value for name, value in page.headers.items() if not name.startswith("content-")}
    since = {UNCHANGED_SINCE: old.headers.get(UNCHANGED_SINCE, old.captured_at.isoformat())}
    return replace(page, status=304, headers={**old.headers, **new, **since})


def _redirected(ask: Ask, answer: Answer, secret: Iterable[str]) -> Ask:
    """The request that a redirect asks for; keys do not travel to another host."""
    if host_of(answer.location) != host_of(ask.url):
        ask = replace(ask, headers={name: text for name, text in ask.headers.items() if name not in secret})
    if answer.status == 303 or (answer.status in (301, 302) and ask.method == "POST"):
        ask = replace(ask, method="GET", body="")
    return replace(ask, url=answer.location)


def _followed(provider: Provider, request: Request, page: Page) -> Iterator[Request | Failure]:
    """Requests that a page leads to; what goes wrong in finding them is a failure of this page alone."""
    if provider.follow is None:
        return
    try:
        for found in provider.follow(page):
            if may_follow(provider, found.url):
                yield found
            else:
                yield Failure(found, f"{page.url} leads to the foreign host {host_of(found.url)}: not fetched")
    except ScrapeError as error:
        yield Failure(request, str(error), "layout")
    except Exception as error:
        _LOG.exception("%s: following %s", provider.slug, clip(page.url))
        yield Failure(request, f"{page.url}: cannot find the pages it leads to: {clip(repr(error))}", "layout")
