"""Whatever a page tries, its browser reaches no address that is not public."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.async_api import Error

from scrapers.fetching import browser, chromium
from scrapers.fetching.archive import Archive
from scrapers.fetching.browser import Browser
from scrapers.fetching.crawler import Fetcher
from scrapers.fetching.policy import Settings
from scrapers.model import Failure, FetchError, Provider, Request

FAST = Settings(interval=0.0, jitter=0.0, attempts=1, allow_http_hosts=frozenset({"127.0.0.1"}))
# Each goes to TARGET in its own way, or to /redirect of the page's own server, which leads there.
WAYS = {
    "fetch": "<script>fetch('TARGET').catch(() => 0)</script>",
    "redirected fetch": "<script>fetch('/redirect').catch(() => 0)</script>",
    "redirected script": "<script src='/redirect'></script>",
    "shared worker": "<script>new SharedWorker('/worker')</script>",
    "preconnect": "<link rel=preconnect href='TARGET'>",
    "prefetch": "<link rel=prefetch href='TARGET'>",
    "speculation rules": '<script type=speculationrules>{"prefetch": [{"source": "list", "urls": ["TARGET"]}]}</script>',
    "frame": "<iframe src='/redirect'></iframe>",
    "web socket": "<script>new WebSocket('TARGET'.replace('https', 'wss'))</script>",
    "beacon": "<script>navigator.sendBeacon('TARGET', 'x')</script>",
    "document": "<script>location = '/redirect'</script>",
}
DONE = "<script>setTimeout(() => document.body.append(Object.assign(document.createElement('hr'))), 400)</script>"


@pytest.fixture(scope="module")
def shared_browser() -> Iterator[Browser]:
    with browser.shared() as running:
        yield running


@pytest.fixture
def target() -> Iterator[tuple[str, list[object]]]:
    """Listen on loopback, under a name that no test is allowed to fetch from, and note every connection."""
    connections: list[object] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            try:
                one, _ = listener.accept()
            except OSError:
                return
            connections.append(one)
            one.close()

    threading.Thread(target=accept, daemon=True).start()
    yield f"https://localhost:{listener.getsockname()[1]}/", connections
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


@pytest.fixture
def pages(target: tuple[str, list[object]]) -> Iterator[str]:
    """Serve a page for each way."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/redirect":
                self.send_response(302)
                self.send_header("Location", target[0])
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            way = WAYS.get(self.path.strip("/").replace("-", " "), "").replace("TARGET", target[0])
            content = f"<html><body>{way}<p>$1.10</p>{DONE}</body></html>".encode()
            if self.path == "/worker":
                content = f"fetch('{target[0]}').catch(() => 0)".encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/javascript" if self.path == "/worker" else "text/html")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def visit(folder: Path, url: str) -> object:
    request = Request(url, "s", browser=True, wait_for="hr", timeout=10)
    with Fetcher(Archive(folder), settings=FAST) as fetcher:
        (result,) = fetcher.crawl(Provider("p", "P", (request,), parse=lambda _: ()))
    return result


def test_no_way_out_reaches_a_private_address(
    shared_browser: Browser, pages: str, target: tuple[str, list[object]], tmp_path: Path
) -> None:
    assert not isinstance(visit(tmp_path, f"{pages}/plain"), Failure)
    refused = set()
    for way in WAYS:
        result = visit(tmp_path, f"{pages}/{way.replace(' ', '-')}")
        assert not target[1], f"{way} reached it"
        if isinstance(result, Failure):
            assert "not public" in result.error or "localhost" in result.error, (way, result.error)
            refused.add(way)
    # Interception stops the others before they connect, or the browser does not try.
    assert {"redirected fetch", "redirected script", "shared worker", "document"} <= refused, refused


class Launcher:
    """Stands in for Playwright; its Chromium's sandbox does not start."""

    def __init__(self) -> None:
        self.chromium, self.asked = self, list[bool]()

    async def launch(self, *, chromium_sandbox: bool, **_: object) -> None:
        self.asked.append(chromium_sandbox)
        raise Error("No usable sandbox!")


@pytest.mark.parametrize(
    ("uid", "container", "variable", "sandboxed"),
    [
        (1000, True, "", True),
        (0, False, "", True),
        (0, True, "", False),
        (1000, False, "1", False),
        (1000, False, "0", True),
    ],
)
def test_pages_run_in_the_sandbox_or_not_at_all(
    shared_browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    uid: int, container: bool, variable: str, sandboxed: bool,
) -> None:  # fmt: skip
    mark = tmp_path / "mark"
    if container:
        mark.touch()
    launcher = Launcher()
    monkeypatch.setattr(chromium, "_CONTAINER_MARKS", (mark,))
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    monkeypatch.setenv("GPUHOUR_BROWSER_NO_SANDBOX", variable)
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    monkeypatch.setattr(shared_browser, "_playwright", launcher)
    with pytest.raises(FetchError, match="No usable sandbox") as refused:
        shared_browser._call(shared_browser._launch())
    assert launcher.asked == [sandboxed], "one try: never a second one without it"
    assert ("GPUHOUR_BROWSER_NO_SANDBOX=1" in str(refused.value)) == sandboxed
