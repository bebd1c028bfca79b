"""Renders one page in the browser: which resources it may load, when it is ready, and its final HTML."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from playwright.async_api import BrowserContext, Error, Page, Response, Route, WebSocketRoute
from playwright.async_api import TimeoutError as PlaywrightTimeout

from scrapers.fetching import bot_walls
from scrapers.fetching.http_client import check_status
from scrapers.fetching.policy import (
    MAX_REDIRECTS,
    Settings,
    check_url,
    foreign_redirect,
    host_of,
)  # fmt: skip
from scrapers.fetching.replay import Replay
from scrapers.model import FetchError, Request, clip

_LOG = logging.getLogger(__name__)
_RESOURCE_TYPES = ("script", "xhr", "fetch")  # prices can depend on these; images, fonts and styles are not loaded
_MAX_WALL_WAIT = 10.0  # seconds that a challenge may take to let us in
_MAX_QUIET_WAIT = 10.0  # seconds to wait for a page without `wait_for` to stop loading


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """The page after its scripts ran, and the document before."""

    content: bytes
    document: bytes
    url: str
    headers: Mapping[str, str]

    @property
    def document_sha256(self) -> str:
        """Return the hash of the document as it arrived."""
        return hashlib.sha256(self.document).hexdigest()


@dataclass(frozen=True, slots=True)
class Rules:
    """The resources a page may load: from recorded captures, or from public HTTPS hosts."""

    headers: Mapping[str, str]  # for the document alone: keys are not for the page's scripts
    settings: Settings
    is_allowed: Callable[[str], bool]  # hosts that the document itself may come from
    replay: Replay | None = None

    async def answer(self, route: Route, is_document: bool) -> None:
        """Pass a request on, or answer it from the captures. Raises FetchError when it is forbidden or not recorded."""
        request = route.request
        if request.url.startswith(("data:", "blob:")):
            await route.continue_()
            return
        self._check(request.url, is_document)
        if self.replay is None:
            await route.continue_(headers={**request.headers, **self.headers} if is_document else None)
            return
        recorded = self.replay.find(request.method, request.url)
        # A recording does not know which page will request it.
        headers = recorded.headers | {
            "access-control-allow-origin": request.headers.get("origin", "*"),
            "access-control-allow-credentials": "true",
        }
        await route.fulfill(status=recorded.status, headers=headers, body=b"".join(recorded.stream()))

    def _check(self, url: str, is_document: bool) -> None:
        check_url(url, self.settings)
        if is_document and not self.is_allowed(host_of(url)):
            raise FetchError(*foreign_redirect("the page", url))


class PageVisit:
    """One page in one context. The first forbidden request ends the visit, without waiting for its time-out."""

    def __init__(self, request: Request, rules: Rules) -> None:
        self._request, self._rules = request, rules
        self._refused: asyncio.Future[RenderedPage] = asyncio.get_running_loop().create_future()
        self._page: Page | None = None

    def refuse(self, error: FetchError) -> None:
        """End the visit with an error."""
        if not self._refused.done():
            self._refused.set_exception(error)

    async def result(self, context: BrowserContext) -> RenderedPage:
        """Return the page once it is ready. Raises FetchError; the browser's own errors pass through."""
        await context.route("**/*", self._route)
        await context.route_web_socket("**/*", _close)
        if replay := self._rules.replay:  # a page that depends on the date looks as it did then
            await context.clock.set_fixed_time(replay.captured_at(replay.find("GET", self._request.url)))
        work = asyncio.ensure_future(self._load(context))
        try:
            await asyncio.wait({work, self._refused}, return_when=asyncio.FIRST_COMPLETED)
            # A refusal explains the error that it caused.
            return await (self._refused if self._refused.done() else work)
        finally:
            for task in (work, self._refused):
                task.cancel()
            await asyncio.gather(work, self._refused, return_exceptions=True)

    async def _load(self, context: BrowserContext) -> RenderedPage:
        page = self._page = await context.new_page()
        context.on("page", _close)
        response = await page.goto(self._request.url, wait_until="load", timeout=0)
        if response is None:
            raise FetchError(f"{self._request.url}: the browser got no response")
        body = b"" if response.status == 200 else await response.body()
        check_status(self._request.url, response.status, response.headers, self._rules.settings, body)
        self._check_source(page, response)
        if self._request.wait_for:
            await self._wait(page, self._request.wait_for)
        else:
            with suppress(PlaywrightTimeout):
                await page.wait_for_load_state("networkidle", timeout=_MAX_QUIET_WAIT * 1000)
        content = (await page.content()).encode()
        if len(content) > self._request.max_bytes:
            raise FetchError(f"{self._request.url} is larger than its limit of {self._request.max_bytes} bytes")
        return RenderedPage(content, await response.body(), response.url, await response.all_headers())

    async def _wait(self, page: Page, selector: str) -> None:
        """Wait for what must be there before the page is read. Raises FetchError for a wall that does not open."""
        seconds = min(_MAX_WALL_WAIT, self._request.timeout / 2)
        try:
            await page.wait_for_selector(selector, state="attached", timeout=seconds * 1000)
        except PlaywrightTimeout:
            bot_walls.check(self._request.url, page.url, (await page.content()).encode())
            await page.wait_for_selector(selector, state="attached", timeout=0)

    def _check_source(self, page: Page, response: Response) -> None:
        """Check where the document came from, afterwards: interception does not see redirects."""
        hops, hop = [page.url, response.url], response.request.redirected_from
        while hop:
            hops.append(hop.url)
            hop = hop.redirected_from
        for url in hops:
            check_url(url, self._rules.settings)
            if not self._rules.is_allowed(host_of(url)):
                raise FetchError(*foreign_redirect(self._request.url, url))
        if len(hops) - 2 > MAX_REDIRECTS:
            raise FetchError(f"{self._request.url} redirects more than {MAX_REDIRECTS} times")

    async def _route(self, route: Route) -> None:
        request = route.request
        with suppress(Error):  # the page may be gone by now
            main = self._page.main_frame if self._page else None
            is_document = request.is_navigation_request() and request.frame == main
            if not is_document and request.resource_type not in _RESOURCE_TYPES:
                return await route.abort()
            try:
                await self._rules.answer(route, is_document)
            except FetchError as error:
                _LOG.info("%s: %s", clip(self._request.url), clip(str(error)))
                if is_document or self._rules.replay:
                    self.refuse(error)
                await route.abort()


async def _close(unwanted: Page | WebSocketRoute) -> None:
    """Close a popup, or a live ticker, whose prices would leave no receipt."""
    await unwanted.close()
