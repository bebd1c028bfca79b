"""The sites of the small internet: recorded pages of the providers, each behind what real sites put before them."""

from __future__ import annotations

import gzip
import ssl
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING

import brotli

from scrapers.fetching import wayback
from scrapers.fetching.replay import Replay
from scrapers.model import FetchError
from tests.support import archive_server
from tests.support.walls import WALLS
from tests.support.worlds import CAPTURES

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from tests.support.tls_net import TlsServer

STRANGER = "api.linode.com"  # shows a certificate of an authority that nobody knows
ONLY_HTTP2 = "lium.io"  # speaks nothing else, whatever a client offers
_SETTINGS_FRAME = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
_PACKED: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "www.civo.com": ("gzip", gzip.compress),
    "www.crusoe.ai": ("br", brotli.compress),
    "deepinfra.com": ("zstd", zstd.compress),
}
_REPLAY = Replay(CAPTURES)
_CAPTURES = archive_server.samples("lambda")
REDESIGNED = """<html><head><title>Pricing</title></head><body><h1>Pricing</h1>
<div class="tile"><b>H100</b> from two dollars a unit</div></body></html>"""


class Site(BaseHTTPRequestHandler):
    """Answers for all host names."""

    protocol_version = "HTTP/1.1"
    server: TlsServer

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        host, path = self.headers.get("Host", ""), self.path
        connection = self.connection
        seen = {
            "host": host, "path": path, "headers": {k.lower(): v for k, v in self.headers.items()},
            "tls": connection.version() if isinstance(connection, ssl.SSLSocket) else None,
        }  # fmt: skip
        with self.server.lock:
            self.server.requests.append(seen)
        if host == ONLY_HTTP2:
            self.wfile.write(_SETTINGS_FRAME)
            self.close_connection = True
        elif path == "/robots.txt":
            self._robots(host)
        else:
            _SITES.get(host, Site.page)(self)

    do_POST = do_GET

    def _robots(self, host: str) -> None:
        text = "User-agent: gpuhour\nDisallow: /pricing\n" if host == "fal.ai" else "User-agent: *\nAllow: /\n"
        self.say(200, text.encode(), "text/plain")

    def say(self, status: int, body: bytes = b"", kind: str = "text/html; charset=utf-8", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def page(self, path: str = "", **headers: str) -> None:
        """Answer with the recorded page, packed as the site packs where the client can unpack it."""
        host = self.headers["Host"]
        try:
            recorded = _REPLAY.find(self.command, f"https://{host}{path or self.path}")
        except FetchError:
            self.say(404, b"<html>No such page</html>")
            return
        body = b"".join(recorded.stream())
        name, pack = _PACKED.get(host, ("", bytes))
        if name and name in self.headers.get("Accept-Encoding", ""):
            body, headers = pack(body), {**headers, "Content-Encoding": name}
        self.say(recorded.status, body, recorded.content_type, **headers)


def _moved(site: Site) -> None:
    """Answer from another address, for good."""
    if site.path.startswith("/ai-cloud/"):
        site.page(site.path.removeprefix("/ai-cloud"))
    else:
        site.say(301, Location=f"/ai-cloud{site.path}")


def _wall(name: str, status: int = 200, **headers: str) -> Callable[[Site], None]:
    return lambda site: site.say(status, WALLS[name].encode(), **headers)


def _tagged(site: Site) -> None:
    """Answer with a tag, and with 304 to who has the page already."""
    if site.headers.get("If-None-Match") == '"v1"':
        site.say(304, ETag='"v1"')
    else:
        site.page(ETag='"v1"')


def _redesigned(site: Site) -> None:
    if site.server.day == 1:
        site.page()
    else:
        site.say(200, REDESIGNED.encode())


def _german(site: Site) -> None:
    if site.path.startswith("/de/"):
        site.page(site.path.removeprefix("/de"))
    else:
        site.say(302, Location=f"/de{site.path}")


def _archive(site: Site) -> None:
    """Answer as the Wayback Machine: captures of Lambda's page, as they were packed by its site then."""
    if site.path.startswith("/cdx/"):
        site.say(200, archive_server.listing(_CAPTURES, site.path), "application/json")
        return
    capture = wayback.capture_of(f"https://web.archive.org{site.path}")
    body = _CAPTURES[f"{capture.captured_at:%Y%m%d%H%M%S}", capture.original] if capture else b""
    site.say(200, brotli.compress(body), Content_Encoding="br", Memento_Datetime="then")


_SITES: dict[str, Callable[[Site], None]] = {
    "web.archive.org": _archive,
    "nebius.com": _tagged,
    "www.latitude.sh": _redesigned,
    "www.digitalocean.com": _moved,
    "massedcompute.com": lambda site: site.page(Set_Cookie="session=abc123; Secure; HttpOnly"),
    "www.together.ai": lambda site: site.say(302, Location="https://pricing.elsewhere.example/"),
    "www.hyperstack.cloud": _wall("captcha", 429),
    "www.gmicloud.ai": _wall("denied", 403),
    "hotaisle.xyz": _wall("interstitial"),
    "www.coreweave.com": _wall("human"),
    "cloud-api.voltagepark.com": _wall("consent"),
    "api.shadeform.ai": _wall("interstitial", 503),
    "www.paperspace.com": _german,
    "api.verda.com": lambda site: site.say(503, b"<html>Down for maintenance</html>"),
}
