"""A small Wayback Machine on the loopback: lists captures and serves their bytes, or refuses as it is told."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from scrapers.fetching import wayback
from scrapers.fetching.policy import Settings
from tests.support.walls import WALLS
from tests.support.worlds import CAPTURES

FAST = Settings(
    interval=0, jitter=0, attempts=2, backoff=0.001, backoff_max=0.01, allow_http_hosts=frozenset({"127.0.0.1"})
)


class ArchiveServer(ThreadingHTTPServer):
    """Captures by time and address; `refusals` are statuses that answer before anything else, `broken` those of a path."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.captures: dict[tuple[str, str], bytes] = {}
        self.hits: Counter[str] = Counter()
        self.most = self.now = 0
        self.refuse_after: int | None = None  # requests until the archive answers 429 to everything
        self.walled: set[str] = set()  # paths that the archive answers with a wall of its own, and status 200
        self.pause = 0.0  # seconds that each answer takes
        self.broken: dict[str, tuple[int, dict[str, str]]] = {}
        self.lock = threading.Lock()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def settings(self) -> Settings:
        return replace(FAST, archive=self.address)

    def add(self, stamp: str, url: str, html: str | bytes) -> str:
        """Keep a capture; return its address."""
        body = html.encode() if isinstance(html, str) else html
        self.captures[stamp, url] = body
        return f"{self.address}/web/{stamp}id_/{url}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore clients that were killed."""


class _Handler(BaseHTTPRequestHandler):
    server: ArchiveServer

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        server = self.server
        with server.lock:
            server.hits[urlsplit(self.path).path if self.path.startswith("/cdx") else self.path] += 1
            n_asked = sum(n for path, n in server.hits.items() if path != "/robots.txt")
            server.now += 1
            server.most = max(server.most, server.now)
        try:
            time.sleep(server.pause)
            if self.path == "/robots.txt":
                self._say(404)
            elif server.refuse_after is not None and n_asked > server.refuse_after:
                self._say(429, b"Too Many Requests", **{"Retry-After": "86400"})
            elif self.path in server.walled:
                self._say(200, WALLS["interstitial"].encode())
            elif self.path in server.broken:
                status, headers = server.broken[self.path]
                self._say(status, b"<html>An error of the archive</html>", **headers)
            elif self.path.startswith("/cdx/search/cdx?"):
                self._say(200, listing(server.captures, self.path), "application/json")
            else:
                self._capture()
        finally:
            with server.lock:
                server.now -= 1

    def _capture(self) -> None:
        capture = wayback.capture_of(f"{self.server.address}{self.path}")
        stamp = f"{capture.captured_at:%Y%m%d%H%M%S}" if capture else ""
        body = self.server.captures.get((stamp, capture.original)) if capture else None
        if capture is None or body is None:
            self._say(404, b"<html>not in the archive</html>")
        else:
            when = f"{capture.captured_at:%a, %d %b %Y %H:%M:%S} GMT"
            self._say(200, body, "text/html; charset=utf-8", **{"Memento-Datetime": when})

    def _say(self, status: int, body: bytes = b"", kind: str = "text/html", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def listing(captures: Mapping[tuple[str, str], bytes], path: str) -> bytes:
    """Answer as the CDX server does: a header and rows, oldest first, one a day by `collapse`."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
    fields = asked["fl"].split(",")
    rows, days = [], set()
    for (stamp, original), body in sorted(captures.items()):
        digest = base64.b32encode(hashlib.sha1(body).digest()).decode()
        facts = {
            "timestamp": stamp, "original": original, "statuscode": "200", "digest": digest, "mimetype": "text/html",
        }  # fmt: skip
        is_asked = wayback.is_same_page(original, f"https://{asked['url']}") and stamp[:8] not in days
        if is_asked and asked["from"] <= stamp[:8] <= asked["to"]:
            rows.append([facts[name] for name in fields])
            days.add(stamp[:8])
    return json.dumps([fields, *rows] if rows else []).encode()


def samples(slug: str, former_url: str = "") -> dict[tuple[str, str], bytes]:
    """Return a provider's recorded captures by time and address, or all at a former address."""
    captures = {}
    for meta in sorted((CAPTURES / slug).glob("*/meta.json")):
        facts = json.loads(meta.read_text())
        when = datetime.fromisoformat(facts["captured_at"]).astimezone(UTC)
        (page,) = meta.parent.glob("page.*")
        captures[f"{when:%Y%m%d%H%M%S}", former_url or facts["url"].partition("?")[0]] = page.read_bytes()
    return captures


@contextmanager
def serve() -> Iterator[ArchiveServer]:
    """Run the archive."""
    server = ArchiveServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def add_excerpt(server: ArchiveServer, page: Path, stamp: str, url: str) -> None:
    """Keep a recorded excerpt as the whole page that it was cut from: without the note about the recording."""
    text = page.read_text()
    if text.startswith("<!-- FIXTURE"):
        text = text.partition("-->")[2]
    server.add(stamp, url, f"<html><body>{text}</body></html>")
