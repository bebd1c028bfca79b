"""A provider that `providers add` made needs no other edit: it is listed, parsed, tested and published."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.ingest.scrape_provider import read_page
from scrapers.fetching import browser, chromium
from scrapers.fetching.archive import Archive
from scrapers.fetching.crawler import Fetcher
from scrapers.fetching.replay import Replay
from scrapers.model import Page
from tests.conftest import Run
from tests.support import checkout as copies
from tests.support.checkout import golden_tests, gpuhour
from tests.unit.pipelines.ingest.test_add_provider import FAST, WHOLE, add, load, site
from warehouse.storage.state_dir import Home

__all__ = ["add", "site"]  # fixtures

URL, SLUG = "https://www.acme-cloud.example/pricing", "acmecloud"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the checkout and add a provider to it by the command, from a page that was saved."""
    root = copies.copy(tmp_path_factory.mktemp("checkout"))
    saved = root / "2026-11-20_pricing.html"
    saved.write_text(WHOLE)
    done = gpuhour(root, "providers", "add", saved, "--url", URL)
    assert done.returncode == 0, done.stderr
    return root


def test_it_is_listed(checkout: Path) -> None:
    rows = json.loads(gpuhour(checkout, "providers", "--json").stdout)
    (row,) = [row for row in rows if row["provider"] == SLUG]
    assert (row["name"], row["basis"], row["url"]) == ("Acme Cloud", "recorded", URL)


def test_its_page_is_parsed(checkout: Path) -> None:
    (page,) = (checkout / "tests/captures" / SLUG).glob("*/page.html")
    done = gpuhour(checkout, "parse", SLUG, page, "--json")
    rows = json.loads(done.stdout, parse_float=Decimal)
    assert {(r["gpu"], r["pricing_model"], str(r["price"])) for r in rows} == {
        ("H100", "on_demand", "2.5"), ("H100", "spot", "1.25"), ("L40S", "on_demand", "1.1"), ("L40S", "spot", "0.55")
    }, done.stderr  # fmt: skip


@pytest.mark.extras  # as test_new_provider does
def test_its_capture_passes_the_golden_tests(checkout: Path) -> None:
    done = golden_tests(checkout, SLUG)
    assert done.returncode == 0 and "skipped" not in done.stdout, done.stdout + done.stderr
    assert done.stdout.startswith("......"), done.stdout


@pytest.mark.extras  # as test_new_provider does
def test_its_prices_are_published(checkout: Path) -> None:
    done = gpuhour(checkout, "refresh", "--provider", SLUG, "--replay", checkout / "tests/captures")
    assert done.returncode == 0, done.stderr
    shown = gpuhour(checkout, "prices", "H100", "--as-of", "2026-11-20", "--json")
    prices = {(row["provider"], row["pricing_model"], str(row["usd_per_gpu_hour"])) for row in json.loads(shown.stdout)}
    assert (SLUG, "on_demand", "2.5") in prices, shown.stdout + shown.stderr


@pytest.mark.parametrize("options", [(), ("--browser",)], ids=["by itself", "asked"])
def test_page_that_its_scripts_fill_is_recorded_so_that_it_replays(
    add: Run, site: str, tmp_path: Path, options: tuple[str, ...]
) -> None:
    if chromium.find() is None:
        pytest.skip("needs a browser")
    with browser.shared():
        said = add(f"{site}/scripted", "--slug", "acme", *options)
        assert said.code == 0 and "wait_for" in said.err, said.err
        provider = load(tmp_path / "out/scrapers/providers/acme.py")
        assert provider.requests[0].browser
        captures = Replay(tmp_path / "out/tests/captures")
        with Fetcher(Archive(tmp_path / "replay"), captures, FAST) as fetcher:
            (page,) = fetcher.crawl(provider)
    assert isinstance(page, Page), page
    seen = read_page(provider, page, Home(tmp_path / "replay"))
    assert seen.status == "ok" and {str(offer.price) for offer in seen.offers} == {"2.50", "1.25", "1.10", "0.55"}
