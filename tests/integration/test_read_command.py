"""`gpuhour read` and `parse`: exit codes, the account of a page, and what a redesign leaves in the home."""

from __future__ import annotations

import gzip
import http.server
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.ingest.read_url import read_url
from pipelines.ingest.scrape_provider import read_page
from scrapers import registry
from scrapers.fetching.archive import Archive
from scrapers.fetching.policy import Settings
from scrapers.model import FetchError, Page
from scrapers.reading.documents import is_readable
from tests.conftest import Run
from warehouse.storage.state_dir import Home

WHOLE = "<html><body><h1>GPU prices</h1><table><tr><th>GPU</th><th>Price per GPU per hour</th></tr><tr><td>H100 SXM</td><td>$2.99</td></tr></table></body></html>"
PARTIAL = WHOLE.replace("</table>", "<tr><td>A100</td><td>$1.29 or $1.09</td></tr></table>")
NOTHING = "<html><body><h1>GPU prices</h1><p>Contact us.</p></body></html>"

LOCAL = Settings(interval=0, jitter=0, attempts=1, backoff=0.001, allow_http_hosts=frozenset({"127.0.0.1"}))


@pytest.mark.parametrize(("content", "code", "rows"), [(WHOLE, 0, 1), (PARTIAL, 3, None), (NOTHING, 1, 0)])
def test_exit_codes_say_how_much_was_read(tmp_path: Path, run: Run, content: str, code: int, rows: int | None) -> None:
    page = tmp_path / "page.html"
    page.write_text(content)
    said = run("read", str(page), "--json")
    assert said.code == code
    assert (said.out == "") if code == 1 else len(json.loads(said.out)) >= (rows or 1)
    assert (said.err == "") == (code == 0)


def test_usage_errors(tmp_path: Path, run: Run) -> None:
    page = tmp_path / "page.html"
    page.write_text(WHOLE)
    said = run("parse", "nobody", str(page))
    assert (said.code, said.out) == (2, "") and "unknown provider" in said.err
    assert run("read", "ftp://example.com/x").code == 2
    assert run("read", str(tmp_path / "absent.html")).code == 1


def test_the_account_lists_every_amount(tmp_path: Path, run: Run) -> None:
    page = tmp_path / "page.html"
    page.write_text(PARTIAL)
    said = run("read", str(page), "--account", "--json")
    account = json.loads(said.out)
    assert said.code == 3 and account["verdict"] == "partial" and len(account["amounts"]) == 3
    assert [row["usd_per_gpu_hour"] for row in account["offers"]] == [2.99]
    assert {a["verdict"] for a in account["amounts"]} == {"emitted", "unexplained"}
    assert all(a["path"].startswith("/html") and a["text"] for a in account["amounts"])


def test_parse_reads_a_lost_layout_by_meaning(tmp_path: Path, run: Run) -> None:
    page = tmp_path / "2026-11-01_pricing.html"
    page.write_text(WHOLE)
    said = run("parse", "coreweave", str(page), "--json")
    (row,) = json.loads(said.out)
    assert (said.code, row["provider"], row["read_by"], row["usd_per_gpu_hour"]) == (0, "coreweave", "general", 2.99)


@pytest.mark.parametrize(
    ("content", "status", "n_offers"), [(WHOLE, "layout_changed", 1), (NOTHING, "layout_changed", 0)]
)
@pytest.mark.parametrize("where", ["archived now", "archived by an earlier version", "held in memory"])
def test_a_redesigned_page_is_read_by_meaning_wherever_it_lies(
    tmp_path: Path, where: str, content: str, status: str, n_offers: int
) -> None:
    """A fetched page is archived packed: what could not be read from there would be lost by every refresh."""
    page = Page("coreweave", "https://x.com/pricing", datetime(2026, 11, 1, tzinfo=UTC), content=content.encode())
    if where == "archived now":
        page = Archive(tmp_path).save(page)
        assert page.path and page.path.suffix == ".zst" and page.content is None
    elif where != "held in memory":
        packed = tmp_path / "body.gz"
        packed.write_bytes(gzip.compress(content.encode()))
        page = replace(page, content=None, path=packed)
    seen = read_page(registry.get("coreweave"), page, Home(tmp_path))
    assert (seen.status, len(seen.offers)) == (status, n_offers), seen.detail
    assert ("read by the general reader" in seen.detail) == bool(n_offers)


def test_the_account_of_an_archived_page_is_that_of_its_bytes(tmp_path: Path) -> None:
    page = Page("x", "https://x.com/pricing", datetime(2026, 11, 1, tzinfo=UTC), content=PARTIAL.encode())
    assert is_readable(page) and is_readable(Archive(tmp_path).save(page))


@pytest.mark.parametrize("start", [b"sku,price\n", b"- a: 1\n", b'{"a": "'], ids=["CSV", "YAML", "long JSON"])
def test_bulk_files_are_not_read_whole(tmp_path: Path, start: bytes) -> None:
    page = Page("x", "https://x.com/list", datetime(2026, 11, 1, tzinfo=UTC), content=start + b"1" * (17 << 20))
    assert not is_readable(page) and not is_readable(Archive(tmp_path).save(page))


@pytest.fixture
def site() -> Iterator[str]:
    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/pricing"
            self.send_response(200 if found else 404)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(WHOLE.encode() if found else b"")

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_an_address_is_fetched_read_and_archived(site: str, tmp_path: Path) -> None:
    reading = read_url(f"{site}/pricing", None, False, Home(tmp_path), LOCAL)
    assert [(o.gpu_label, o.price) for o in reading.account.offers] == [("H100 SXM", Decimal("2.99"))]
    assert [p for p in (tmp_path / "pages").rglob("*") if p.is_file()]
    with pytest.raises(FetchError, match="404"):
        read_url(f"{site}/gone", None, False, Home(tmp_path), LOCAL)


def test_only_https_is_asked_for(run: Run) -> None:
    assert run("read", "http://127.0.0.1:9/pricing").code == 2
