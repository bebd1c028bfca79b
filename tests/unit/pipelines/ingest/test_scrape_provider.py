"""A page with impossible offers: they are refused and named, the others land."""

from __future__ import annotations

import gzip
from decimal import Decimal
from pathlib import Path

from pipelines.ingest.scrape_provider import read_page
from scrapers.model import Offer, Page, Provider
from tests.support.worlds import URL, at, offer


def read(*offers: Offer) -> tuple[str, list[str], str]:
    provider = Provider(slug="acme", name="Acme", requests=(), parse=lambda _: offers)
    seen = read_page(provider, Page("acme", URL, at("2026-09-20"), content=b""))
    return seen.status, [o.instance for o in seen.offers], seen.detail


def test_impossible_offers_are_refused_and_the_others_land() -> None:
    status, landed, detail = read(offer(instance="good"), offer("1e40", instance="bad"))
    assert (status, landed) == ("ok", ["good"])
    assert detail == (f"acme: refused 1 of 2 offers at {URL}: bad: price 1E+40 is not between 0 and 1,000,000,000,000")


def test_a_page_of_impossible_offers_has_another_layout() -> None:
    status, landed, _ = read(offer(gpu_count=Decimal(10**9)))
    assert (status, landed) == ("layout_changed", [])


def test_a_page_whose_bytes_are_damaged_is_no_crash(tmp_path: Path) -> None:
    (tmp_path / "page.body.gz").write_bytes(gzip.compress(b"<html>H100</html>")[:-9])
    provider = Provider(slug="acme", name="Acme", requests=(), parse=lambda page: [offer(page.text())])
    seen = read_page(provider, Page("acme", URL, at("2026-09-20"), path=tmp_path / "page.body.gz"))
    assert (seen.status, seen.offers) == ("layout_changed", ()) and "EOFError" in seen.detail
