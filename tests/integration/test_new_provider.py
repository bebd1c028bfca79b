"""Adding a provider is one file and one folder: the template, copied under a new name, works without any other edit."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from tests.support import checkout as copies
from tests.support.checkout import golden_tests, gpuhour, python

ROOT = Path(__file__).parents[2]
SLUG = "acmecloud"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the checkout, with captures only of a provider made from the template."""
    root = copies.copy(tmp_path_factory.mktemp("checkout"))
    shutil.copytree(ROOT / "tests/captures/_template", root / "tests/captures" / SLUG)
    parser = root / "scrapers/providers" / f"{SLUG}.py"
    shutil.copy(ROOT / "scrapers/providers/_template.py", parser)
    for file in (parser, *(root / "tests/captures" / SLUG).glob("*/offers.json")):
        file.write_text(file.read_text().replace("_template", SLUG))
    return root


def page(checkout: Path) -> Path:
    (file,) = (checkout / "tests/captures" / SLUG).glob("*/page.html")
    return file


def test_registry_lists_the_new_provider_only_by_its_file(checkout: Path) -> None:
    code = "import scrapers; from scrapers import registry; print(scrapers.__file__, *registry.modules(), sep='\\n')"
    done = python(checkout, "-c", code)
    package, *slugs = done.stdout.split()
    assert Path(package).is_relative_to(checkout), done.stderr
    assert SLUG in slugs and slugs == sorted(slugs) and not [slug for slug in slugs if slug.startswith("_")]


def test_parse_reads_its_page(checkout: Path) -> None:
    done = gpuhour(checkout, "parse", SLUG, page(checkout), "--json")
    rows = json.loads(done.stdout, parse_float=Decimal)
    assert [(r["instance"], r["gpu"], r["gpu_count"], r["pricing_model"], str(r["price"])) for r in rows] == [
        ("h100-8", "H100", 8, "on_demand", "23.2"),
        ("h100-8", "H100", 8, "spot", "11.6"),
        ("l40s-1", "L40S", 1, "on_demand", "1.1"),
    ], done.stderr


def test_its_capture_passes_the_golden_tests(checkout: Path) -> None:
    done = golden_tests(checkout, SLUG)
    assert done.returncode == 0 and "skipped" not in done.stdout, done.stdout + done.stderr
    assert done.stdout.startswith("......"), done.stdout


def test_providers_shows_it(checkout: Path) -> None:
    done = gpuhour(checkout, "providers", "--json")
    (row,) = [row for row in json.loads(done.stdout) if row["provider"] == SLUG]
    assert "on-demand, spot" in row.values(), row


@pytest.mark.extras  # the suite replays all other providers: test_demo
def test_replay_publishes_its_prices(checkout: Path) -> None:
    done = gpuhour(checkout, "refresh", "--provider", SLUG, "--replay", checkout / "tests/captures")
    assert done.returncode == 0, done.stderr
    shown = gpuhour(checkout, "prices", "H100", "--json")
    prices = {(row["provider"], row["pricing_model"], str(row["usd_per_gpu_hour"])) for row in json.loads(shown.stdout)}
    assert (SLUG, "on_demand", "2.9") in prices, shown.stdout + shown.stderr
