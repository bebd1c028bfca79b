"""A web server on the loopback that misbehaves on demand: each path is one kind of fault."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import brotli

from tests.support.walls import WALLS

PAGE = b"<html><body><table><tr><td>A100</td><td>$1.10</td></tr></table></body></html>\n"
ETAG = '"v1"'
PATHS: dict[str, Callable[[Handler], None]] = {}


def path(name: str) -> Callable[[Callable[[Handler], None]], Callable[[Handler], None]]:
    def register(behaviour: Callable[[Handler], None]) -> Callable[[Handler], None]:
        PATHS[name] = behaviour
        return behaviour

    return register


class Server(ThreadingHTTPServer):
    """Counts the requests by path, and how many it served at once."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.hits: Counter[str] = Counter()
        self.times: defaultdict[str, list[float]] = defaultdict(list)
        self.headers: dict[str, dict[str, str]] = {}
        self.now = self.most = 0
        self.lock = threading.Lock()
        self.robots: tuple[int, str] = (404, "")

    def url(self, name: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.server_address[1]}{name}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore clients that hang up: the tests do so on purpose."""


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        name = self.path.partition("?")[0]
        with self.server.lock:
            self.server.hits[name] += 1
            self.server.times[name].append(time.monotonic())
            self.server.headers[name] = {key.lower(): value for key, value in self.headers.items()}
            self.server.now += 1
            self.server.most = max(self.server.most, self.server.now)
        try:
            PATHS.get(name, _missing)(self)
        finally:
            with self.server.lock:
                self.server.now -= 1

    do_POST = do_GET

    def say(self, body: bytes = PAGE, status: int = 200, kind: str = "text/html", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    @property
    def visit(self) -> int:
        return self.server.hits[self.path.partition("?")[0]]


@contextmanager
def serve() -> Iterator[Server]:
    """Run the server."""
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _missing(h: Handler) -> None:
    h.say(b"<html>no such page</html>", 404)


@path("/robots.txt")
def _robots(h: Handler) -> None:
    status, text = h.server.robots
    h.say(text.encode(), status, "text/plain")


@path("/ok")
def _ok(h: Handler) -> None:
    h.say()


@path("/slow")
def _slow(h: Handler) -> None:
    time.sleep(0.05)
    h.say()


@path("/drip")
def _drip(h: Handler) -> None:
    h.send_response(200)
    h.end_headers()
    for _ in range(100):
        h.wfile.write(b" ")
        time.sleep(0.05)


@path("/drip-headers")
def _drip_headers(h: Handler) -> None:
    h.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    for _ in range(100):
        h.wfile.write(b"x")
        time.sleep(0.05)


@path("/truncated")
def _truncated(h: Handler) -> None:
    h.say(PAGE, Content_Length=str(len(PAGE) + 100))


@path("/no-end")
def _no_end(h: Handler) -> None:
    h.say(PAGE[:40])


@path("/bomb")
def _bomb(h: Handler) -> None:
    h.say(gzip.compress(b"\0" * 50_000_000, 9), Content_Encoding="gzip")


@path("/gzip")
def _gzip(h: Handler) -> None:
    h.say(gzip.compress(PAGE[:30]) + gzip.compress(PAGE[30:]), Content_Encoding="gzip")


@path("/deflate")
def _deflate(h: Handler) -> None:
    h.say(zlib.compress(PAGE), Content_Encoding="deflate")


@path("/raw-deflate")
def _raw_deflate(h: Handler) -> None:
    h.say(zlib.compress(PAGE)[2:-4], Content_Encoding="deflate")


@path("/gzip-cut")
def _gzip_cut(h: Handler) -> None:
    h.say(gzip.compress(PAGE)[:-6], Content_Encoding="gzip")


@path("/gzip-damaged")
def _gzip_damaged(h: Handler) -> None:
    packed = bytearray(gzip.compress(PAGE))
    packed[20] ^= 0xFF
    h.say(bytes(packed), Content_Encoding="gzip")


@path("/brotli")
def _brotli(h: Handler) -> None:
    h.say(brotli.compress(PAGE), Content_Encoding="br")


@path("/unasked")
def _unasked(h: Handler) -> None:
    h.say(PAGE, Content_Encoding="compress")


@path("/big")
def _big(h: Handler) -> None:
    h.say(b"x" * 3_000_000)


@path("/loop")
def _loop(h: Handler) -> None:
    h.say(b"", 302, Location="/loop")


@path("/moved")
def _moved(h: Handler) -> None:
    h.say(b"", 301, Location="/ok")


@path("/abroad")
def _abroad(h: Handler) -> None:
    h.say(b"", 302, Location=h.server.url("/ok", "localhost"))


@path("/goes-abroad")
def _goes_abroad(h: Handler) -> None:
    go = f"location = '{h.server.url('/ok', 'localhost')}'"
    h.say(f"<html><script>setTimeout(() => {go}, 300)</script></html>".encode())


@path("/to-file")
def _to_file(h: Handler) -> None:
    h.say(b"", 302, Location="file:///etc/passwd")


@path("/busy-seconds")
def _busy_seconds(h: Handler) -> None:
    h.say(status=429, Retry_After="1") if h.visit == 1 else h.say()


@path("/busy-date")
def _busy_date(h: Handler) -> None:
    # Whole seconds: two of them are at least one.
    h.say(status=429, Retry_After=formatdate(time.time() + 2, usegmt=True)) if h.visit == 1 else h.say()


@path("/busy-for-long")
def _busy_for_long(h: Handler) -> None:
    h.say(status=503, Retry_After="86400")


@path("/shaky")
def _shaky(h: Handler) -> None:
    h.say(status=500) if h.visit < 3 else h.say()


@path("/broken")
def _broken(h: Handler) -> None:
    h.say(status=500)


@path("/forbidden")
def _forbidden(h: Handler) -> None:
    h.say(status=403)


@path("/reset")
def _reset(h: Handler) -> None:
    h.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    h.connection.close()


@path("/charset")
def _charset(h: Handler) -> None:
    h.say("<html><p>€ 1,35 é</p></html>".encode(), kind="text/html; charset=ISO-8859-1")


@path("/latin")
def _latin(h: Handler) -> None:
    h.say("<html><p>£ 1.35 é</p></html>".encode("latin-1"), kind="text/html; charset=ISO-8859-1")


@path("/html.json")
def _html_json(h: Handler) -> None:
    h.say()


@path("/cut.json")
def _cut_json(h: Handler) -> None:
    h.say(b'{"Items": [{"price": 1.1}, {"pri', kind="application/json")


@path("/good.json")
def _good_json(h: Handler) -> None:
    h.say(b'{"Items": [{"price": 1.1}]}', kind="application/json")


@path("/html.csv")
def _html_csv(h: Handler) -> None:
    h.say(kind="text/csv")


@path("/unframed.csv")
def _unframed_csv(h: Handler) -> None:
    h.send_response(200)
    h.end_headers()
    h.wfile.write(b"a,b\n1,2\n3,")


@path("/framed.csv")
def _framed_csv(h: Handler) -> None:
    h.say(b"a,b\n1,2\n3,4", kind="text/csv")


@path("/empty")
def _empty(h: Handler) -> None:
    h.say(b" \n")


@path("/feed")
def _feed(h: Handler) -> None:
    if h.headers.get("If-None-Match") == ETAG:
        h.say(b"", 304, ETag=ETAG)
    else:
        h.say(ETag=ETAG, Set_Cookie="session=abc")


@path("/keyed")
def _keyed(h: Handler) -> None:
    key = h.headers.get("X-Key", "")
    h.say(X_Echo=key, X_Api_Key=key)


@path("/keyed-broken")
def _keyed_broken(h: Handler) -> None:
    h.say(b"", 302, Location=f"http://other.example/?key={h.headers.get('X-Key')}")


@path("/wall")
def _wall(h: Handler) -> None:
    h.say(WALLS["interstitial"].encode())


@path("/wall-503")
def _wall_503(h: Handler) -> None:
    h.say(gzip.compress(WALLS["captcha"].encode()), 503, Content_Encoding="gzip")


@path("/too-many")
def _too_many(h: Handler) -> None:
    h.say(status=429)


@path("/abroad-consent")
def _abroad_consent(h: Handler) -> None:
    h.say(b"", 302, Location=h.server.url("/consent?back=/ok", "localhost"))


@path("/pricing")
def _pricing(h: Handler) -> None:
    h.say(b"", 302, Location="/de/pricing")


@path("/de/pricing")
def _german(h: Handler) -> None:
    h.say()
