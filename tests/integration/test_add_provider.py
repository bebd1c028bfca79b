"""A provider that `providers add` made needs no other edit: it is listed, parsed, tested and published."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.support import checkout as copies
from tests.support.checkout import golden_tests, gpuhour
from tests.unit.pipelines.ingest.test_add_provider import WHOLE

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


def test_its_capture_passes_the_golden_tests(checkout: Path) -> None:
    done = golden_tests(checkout, SLUG)
    assert done.returncode == 0 and "skipped" not in done.stdout, done.stdout + done.stderr
    assert done.stdout.startswith("......"), done.stdout


def test_its_prices_are_published(checkout: Path) -> None:
    done = gpuhour(checkout, "refresh", "--provider", SLUG, "--replay", checkout / "tests/captures")
    assert done.returncode == 0, done.stderr
    shown = gpuhour(checkout, "prices", "H100", "--as-of", "2026-11-20", "--json")
    prices = {(row["provider"], row["pricing_model"], str(row["usd_per_gpu_hour"])) for row in json.loads(shown.stdout)}
    assert (SLUG, "on_demand", "2.5") in prices, shown.stdout + shown.stderr
