"""A refresh over loopback at small size: offers as generated, and nothing asked or parsed again where nothing changed."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.ingest import scrape_provider
from scrapers.fetching import page_bodies
from scrapers.fetching.archive import Archive
from scrapers.model import Page
from tests.benchmarks import bench_aws_csv
from tests.benchmarks.bench_refresh import refresh
from tests.support.real_size import AWS, VERSION, Lists, serving
from warehouse.storage.landing import Seen
from warehouse.storage.state_dir import Home

Facts = tuple[str, str, str, int, str, Decimal]


@pytest.fixture
def lists(tmp_path: Path) -> Lists:
    (tmp_path / "lists").mkdir()
    return Lists(tmp_path / "lists", n_regions=2, region_mb=1, azure_items=2500, google_skus=6000)


def facts(pages: list[Seen], source: str) -> list[Facts]:
    return sorted(
        (o.instance, o.region, o.pricing_model, o.term_months or 0, o.upfront, o.price or Decimal(0))
        for page in pages
        if page.source == source
        for o in page.offers
    )


def generated(lists: Lists) -> list[Facts]:
    """Read what was generated with csv.DictReader, line by line."""
    found: list[Facts] = []
    for number in range(lists.n_regions):
        rows = (bench_aws_csv.preamble() + lists.gpu_rows(number)).decode().splitlines()[5:]
        for instance, region, model, months, upfront, price in bench_aws_csv.found_by(csv.DictReader(rows)):
            found.append((instance, region, model, months or 0, upfront, Decimal(price)))
    return sorted(found)


def n_asked(lists: Lists) -> int:
    return sum(n for path, n in lists.asked.items() if f"{AWS}/" in path and VERSION in path and path.endswith(".csv"))


@pytest.mark.slow
def test_refresh_finds_what_was_generated_and_asks_for_a_version_once(
    lists: Lists, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / "home")
    parse = scrape_provider.read_page

    def noted(provider: object, page: Page, *given: object) -> Seen:
        with (tmp_path / "parsed").open("a") as log:  # by the worker, another process
            log.write(f"{page.url}\n")
        return parse(provider, page, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(scrape_provider, "read_page", noted)
    with serving(lists):
        first = refresh(home, ["aws", "azure", "gcp"])
        assert len(expected := generated(lists)) > 500 and facts(first["aws"], "price_list") == expected
        azure = {
            (o.instance, o.region, str(o.price)) for page in first["azure"] for o in page.offers if not o.term_months
        }
        items = [lists.azure_item(n) for n in range(2500)]
        assert azure >= {(i["armSkuName"], i["armRegionName"], str(i["retailPrice"])) for i in items}
        assert lists.asked["/prices.azure.com/api/retail/prices"] == 4  # three pages, and the reservations
        assert lists.asked["/cloudbilling.googleapis.com/v1/services/6F81-5844-456A/skus"] == 2
        assert {page.status for page in first["gcp"] if page.source == "billing_catalog"} == {"ok"}
        assert n_asked(lists) == 2
        (tmp_path / "parsed").unlink()
        again = refresh(home, ["aws"])["aws"]
        assert facts(again, "price_list") == expected and n_asked(lists) == 2
        assert f"{VERSION}/test-region" not in (tmp_path / "parsed").read_text()
        before = {page.url: page for page in first["aws"]}
        unchanged = [page for page in again if f"{VERSION}/test-region" in page.url]
        assert len(unchanged) == 2
        assert all(page.sha256 == before[page.url].sha256 for page in unchanged)
        assert all(page.captured_at > before[page.url].captured_at for page in unchanged)
        # Other parsers read the archived bytes; damaged ones are fetched again.
        monkeypatch.setattr(scrape_provider, "parser_version", lambda: "of tomorrow")
        (today,) = (day for day in (home.pages / "aws").iterdir() if day.name != page_bodies.FOLDER)
        today.rename(today.with_name("2026-01-01"))
        newest = Archive(home.root).newest("aws", unchanged[0].url)
        assert newest and newest.path
        newest.path.write_bytes(b"damaged")
        assert facts(refresh(home, ["aws"])["aws"], "price_list") == expected and n_asked(lists) == 3
        assert (tmp_path / "parsed").read_text().count(f"{VERSION}/test-region") == 2
