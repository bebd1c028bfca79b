"""A local server of published lists, and a fetcher that asks it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from scrapers.fetching.archive import Archive
from scrapers.fetching.crawler import Fetcher
from scrapers.fetching.policy import Settings
from scrapers.model import Provider
from warehouse.storage.state_dir import Home


class Lists(ThreadingHTTPServer):
    """A server of lists: what each path answers, and what was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages: dict[str, tuple[int, bytes]] = {}
        self.asked: list[tuple[str, str]] = []

    def list(self, of: Provider, content: bytes, status: int = 200) -> Provider:
        """Serve a list; return it at its address here."""
        path = f"/{of.slug}.json"
        self.pages[path] = status, content
        (request,) = of.requests
        return replace(of, requests=(replace(request, url=f"http://127.0.0.1:{self.server_port}{path}"),))


class _Handler(BaseHTTPRequestHandler):
    server: Lists

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers.get("User-Agent", "")))
        status, content = self.server.pages.get(self.path, (404, b""))
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serving() -> Iterator[Lists]:
    """Serve lists until the block ends."""
    made = Lists()
    threading.Thread(target=made.serve_forever, daemon=True).start()
    try:
        yield made
    finally:
        made.shutdown()
        made.server_close()


def fetcher(home: Home) -> Fetcher:
    """Return a fetcher that may ask the server, at once and only once."""
    fast = Settings(interval=0, jitter=0, attempts=1, allow_http_hosts=frozenset({"127.0.0.1"}))
    return Fetcher(Archive(home.root), settings=fast)
