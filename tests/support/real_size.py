"""A loopback server with price lists of real size, and production code that asks it under the providers' own addresses."""

from __future__ import annotations

import gzip
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest

from scrapers import registry
from scrapers.fetching.policy import Settings, host_of
from tests.benchmarks import bench_aws_csv
from tests.support.worlds import CAPTURES

AWS = "pricing.us-east-1.amazonaws.com"
VERSION = "20260918154212"
PAGE = 1000  # items of one answer of Azure's


@dataclass
class Lists:
    """What the server answers: files by host and path, and how often each was asked for."""

    folder: Path
    n_regions: int
    region_mb: float
    azure_items: int = 3000
    google_skus: int = 8000
    asked: Counter[str] = field(default_factory=Counter)
    sent: int = 0  # bytes of answers

    def __post_init__(self) -> None:
        self.regions = [f"test-region-{n}" for n in range(1, self.n_regions + 1)]
        self.captured = {}
        for meta in sorted(CAPTURES.glob("*/*/meta.json")):
            facts = json.loads(meta.read_text())
            if facts.get("status", 200) == 200 and facts["url"].startswith("https://"):
                self.captured[facts["url"].partition("://")[2].replace("/?", "?")] = meta
        self._make_regions()

    # -- AWS -----------------------------------------------------------------------------------------------------------

    def gpu_rows(self, number: int) -> bytes:
        """Return the lines of one region's accelerated instances; every region has prices of its own."""
        rows = bench_aws_csv.gpu_rows().replace(b"@R", self.regions[number].encode())
        return rows.replace(b".5500000000", b".55%08d" % number).replace(b".2500000000", b".25%08d" % number)

    def _make_regions(self) -> None:
        """Write each region's list as gzip: its own lines, then those that all regions share, packed once."""
        common = bench_aws_csv.other_rows(self.region_mb * 1e6)
        shared = gzip.compress(common, 1, mtime=0)
        for number, region in enumerate(self.regions):
            own = gzip.compress(bench_aws_csv.preamble() + self.gpu_rows(number), 1, mtime=0)
            (self.folder / f"{region}.csv.gz").write_bytes(own + shared)

    def _aws(self, path: str) -> tuple[bytes, dict[str, str]] | None:
        if path.endswith("AmazonEC2/current/region_index.json"):
            entries = {
                region: {
                    "regionCode": region,
                    "currentVersionUrl": f"/offers/v1.0/aws/AmazonEC2/{VERSION}/{region}/index.json",
                }
                for region in self.regions
            }
            return json.dumps({"formatVersion": "v1.0", "regions": entries}).encode(), {}
        if path.endswith("/index.csv") and VERSION in path:
            return (self.folder / f"{path.split('/')[-2]}.csv.gz").read_bytes(), {"Content-Encoding": "gzip"}
        return None

    # -- the others ----------------------------------------------------------------------------------------------------

    def _azure(self, query: str) -> bytes:
        asked = parse_qs(query)
        if "'Reservation'" in asked.get("$filter", [""])[0]:
            return (CAPTURES / "azure" / "2026-09-20_reservation" / "page.json").read_bytes()
        skip = int(asked.get("$skip", ["0"])[0])
        items = [self.azure_item(n) for n in range(skip, min(skip + PAGE, self.azure_items))]
        following = urlencode({name: of[0] for name, of in asked.items()} | {"$skip": str(skip + PAGE)})
        is_last = skip + PAGE >= self.azure_items
        link = None if is_last else f"https://prices.azure.com:443/api/retail/prices?{following}"
        return json.dumps(
            {"BillingCurrency": "USD", "Items": items, "NextPageLink": link, "Count": len(items)}
        ).encode()

    @staticmethod
    def azure_item(number: int) -> dict[str, Any]:
        size, region = f"Standard_NC{4 + number % 40}as_T4_v{number // 4000 + 3}", f"sampleregion{number // 40 % 100}"
        return {
            "currencyCode": "USD", "tierMinimumUnits": 0.0, "retailPrice": 0.5 + number / 100000, "armRegionName": region,
            "effectiveStartDate": "2023-11-01T00:00:00Z", "meterName": size, "productName": f"Virtual Machines {size}",
            "skuName": size, "serviceName": "Virtual Machines", "unitOfMeasure": "1 Hour", "type": "Consumption",
            "isPrimaryMeterRegion": True, "armSkuName": size,
        }  # fmt: skip

    def _google(self, query: str) -> bytes:
        meta = next(meta for url, meta in self.captured.items() if url.startswith("cloudbilling.googleapis.com"))
        recorded = json.loads((meta.parent / "page.json").read_text())
        token = int(parse_qs(query).get("pageToken", ["0"])[0])
        filler = dict(recorded["skus"][0], description="Storage of a thing that is no accelerator")
        filler["category"] = dict(filler.get("category", {}), resourceFamily="Storage", resourceGroup="Other")
        skus = [dict(filler, skuId=f"0000-{n:04X}-{token:04X}") for n in range(min(5000, self.google_skus))]
        rest = self.google_skus - (token + 1) * 5000
        return json.dumps({
            "skus": skus + (recorded["skus"] if rest <= 0 else []), "nextPageToken": str(token + 1) if rest > 0 else "",
        }).encode()  # fmt: skip

    def answer(self, path: str) -> tuple[bytes, dict[str, str]] | None:
        """Return the body and headers of an answer to a path that begins with the host; None: there is no such page."""
        host, _, rest = path.lstrip("/").partition("/")
        where = urlsplit(f"/{rest}")
        if host == AWS and (found := self._aws(where.path)):
            return found
        if host == "prices.azure.com":
            return self._azure(where.query), {}
        if host == "cloudbilling.googleapis.com":
            return self._google(where.query), {}
        meta = self.captured.get(f"{host}/{rest}") or self.captured.get(f"{host}{rest and '/' + rest}".rstrip("/"))
        if meta is None:
            return None
        kind = json.loads(meta.read_text()).get("content_type", "text/html")
        return next(meta.parent.glob("page.*")).read_bytes(), {"Content-Type": kind}


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        lists = self.server.lists
        lists.asked[self.path.partition("?")[0]] += 1
        content, headers = lists.answer(self.path) or (b"", {"status": "404"})
        self.send_response(int(headers.pop("status", "200")))
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        with suppress(ConnectionError):
            self.wfile.write(content)
        lists.sent += len(content)

    do_POST = do_GET

    def log_message(self, *_: Any) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, lists: Lists) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.lists = lists

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore clients that hang up."""


@contextmanager
def serving(lists: Lists) -> Iterator[None]:
    """Answer in place of every provider until the block ends: requests keep their addresses, connections come here."""
    server = _Server(lists)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_port

    class Rerouted(httpx2.HTTPTransport):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            path = request.url.raw_path.decode()
            request.url = httpx2.URL(f"http://127.0.0.1:{port}/{request.url.host}{path}")
            return super().handle_request(request)

    starts = [request for provider in registry.all_providers() for request in provider.requests]
    hosts = {host_of(one.url) for start in starts for one in (start, *start.alternatives)}
    fast = Settings(interval=0, jitter=0, attempts=1, allow_http_hosts=frozenset(hosts))
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(httpx2, "HTTPTransport", Rerouted)
            patch.setattr(Settings, "from_env", classmethod(lambda _: fast))
            patch.setenv("GPUHOUR_GCP_API_KEY", "of-nobody")
            yield
    finally:
        server.shutdown()
        server.server_close()
