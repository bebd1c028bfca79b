"""Runs a page's JavaScript in Chromium and takes the resulting HTML, within the same limits as a plain download.

One browser per process serves every thread: it lives on an event loop of its own, where every step can be timed out.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from playwright.async_api import Error, async_playwright
from playwright.async_api import TimeoutError as PlaywrightTimeout

from scrapers.fetching import chromium
from scrapers.fetching.browser_page import PageVisit, RenderedPage, Rules
from scrapers.fetching.browser_proxy import BrowserProxy
from scrapers.fetching.http_client import LANGUAGE, TransientError
from scrapers.model import FetchError, Request, clip

_ARGS = [
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
]
_NOWHERE = "http://127.0.0.1:1"  # for what belongs to no visit: each has a proxy of its own
_NOT_CONNECTED = ("ERR_TUNNEL_CONNECTION_FAILED", "ERR_HTTP_RESPONSE_CODE_FAILURE")  # the proxy's answer
_CLOSE_TIMEOUT = 5.0  # seconds
T = TypeVar("T")


class Browser:
    """One Chromium; every thread may render with it."""

    def __init__(self) -> None:
        """Start Chromium. Raises FetchError, with the command to run, when there is none or it does not start."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="browser", daemon=True)
        self._thread.start()
        try:
            self._call(self._start())
        except BaseException as error:
            self._stop_loop()
            if isinstance(error, FetchError) or not isinstance(error, Exception):
                raise
            raise FetchError(f"the browser does not start: {clip(str(error))}. {chromium.HELP}") from None

    def render(self, request: Request, rules: Rules) -> RenderedPage:
        """Return the page as it stands once its scripts have run and `wait_for` is there.

        Raises FetchError (TransientError for time-outs, network errors, 429 and 5xx).
        """
        if request.method != "GET" or request.body:
            raise FetchError(f"{request.url}: a browser page can only be requested with GET")
        return self._call(self._render(request, rules))

    def close(self) -> None:
        """Stop the browser and its thread."""
        try:
            self._call(self._stop())
        finally:
            self._stop_loop()

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _stop_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _start(self) -> None:
        self._playwright = await async_playwright().start()
        await self._launch()

    async def _launch(self) -> None:
        path = chromium.find()
        if path is None:
            raise FetchError(chromium.HELP)
        is_sandboxed = not chromium.runs_without_sandbox()
        try:
            self._chromium = await self._playwright.chromium.launch(
                executable_path=path, args=_ARGS, chromium_sandbox=is_sandboxed, proxy={"server": _NOWHERE}
            )
        except Error as error:
            advice = chromium.SANDBOX if is_sandboxed else chromium.HELP
            raise FetchError(f"the browser does not start: {clip(error.message)}. {advice}") from None

    async def _stop(self) -> None:
        with suppress(Error):
            await self._chromium.close()
        await self._playwright.stop()

    async def _render(self, request: Request, rules: Rules) -> RenderedPage:
        visit = PageVisit(request, rules)
        async with BrowserProxy(rules.settings, visit.refuse, is_replay=rules.replay is not None) as proxy:
            try:
                if not self._chromium.is_connected():  # killed, for example when memory ran out
                    await self._launch()
                context = await self._chromium.new_context(
                    user_agent=rules.settings.user_agent, service_workers="block", accept_downloads=False,
                    locale=LANGUAGE, timezone_id="UTC", proxy={"server": proxy.url},
                )  # fmt: skip
            except Error as error:
                raise FetchError(f"{request.url}: the browser is gone: {clip(error.message)}") from None
            try:
                async with asyncio.timeout(request.timeout):
                    return await visit.result(context)
            except (TimeoutError, PlaywrightTimeout):
                waited = f", waiting for {request.wait_for!r}" if request.wait_for else ""
                raise TransientError(f"{request.url} took longer than {request.timeout:g} s{waited}") from None
            except Error as error:
                if proxy.last_error and any(code in error.message for code in _NOT_CONNECTED):
                    raise proxy.last_error from None
                raise TransientError(f"{request.url}: {clip(error.message)}") from None
            finally:
                # A page stuck in an endless loop must not block the others.
                with suppress(Error, TimeoutError):
                    async with asyncio.timeout(_CLOSE_TIMEOUT):
                        await context.close()


_lock, _users = threading.Lock(), 0
_shared: Browser | None = None


@contextmanager
def shared() -> Iterator[Browser]:
    """Share the browser of this process: started by its first user, stopped with its last."""
    global _shared, _users
    with _lock:
        if _shared is None:
            _shared = Browser()
        _users += 1
        mine = _shared
    try:
        yield mine
    finally:
        with _lock:
            _users -= 1
            if _users == 0:
                _shared = None
                mine.close()


def _forget() -> None:
    """A fork has none of our threads, so it cannot use our browser: it starts its own."""
    global _shared, _users, _lock
    _shared, _users, _lock = None, 0, threading.Lock()


os.register_at_fork(after_in_child=_forget)
