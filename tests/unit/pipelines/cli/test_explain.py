"""explain: the formula gives what is published, the page is hashed again, and what spoke against it is said."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.queries.price_formula import agrees, formula
from scrapers.fetching.archive import Archive
from scrapers.model import Page
from tests.conftest import Run
from tests.support.published import A_SERIES, AN_EVENT, AN_INTERVAL, make
from warehouse.storage.state_dir import Home

A_PRICE = {
    "price": Decimal("32.7726"), "currency": "USD", "price_unit": "instance_hour", "price_scope": "instance",
    "usd_per_unit": 1.0, "rate_on": None, "gpu_count": Decimal("8.0000000000"), "term_months": 0, "upfront_price": None,
}  # fmt: skip


@pytest.mark.parametrize(("facts", "result", "steps"), [
    ({}, "4.096575", "32.7726 USD per instance_hour / 8 GPUs = 4.096575 USD per GPU-hour"),
    ({"gpu_count": Decimal("0.5")}, "65.5452", " / 0.5 GPUs"),
    ({"gpu_count": Decimal(1)}, "32.7726", " / 1 GPU ="),
    ({"price_unit": "gpu_hour", "price": Decimal("2.21")}, "2.21", "2.21 USD per gpu_hour = 2.21 USD"),
    ({"price_unit": "gpu_hour", "price": Decimal("2.21"), "gpu_count": None}, "2.21", ""),
    ({"price_unit": "gpu_second", "price": Decimal("0.001")}, "3.6", "0.001 USD per gpu_second x 3600 s"),
    ({"price_unit": "month", "price": Decimal(5840)}, "1", "5840 USD per month / 730 h / 8 GPUs"),
    ({"price_unit": "term_total", "price": Decimal(210240), "term_months": 36}, "1", " / 26280 h / 8 GPUs"),
    ({"currency": "EUR", "usd_per_unit": 1.1, "rate_on": "2024-12-30"}, "4.506233", "x 1.1 USD per EUR (rate of 2024-12-30)"),
    ({"price": Decimal(0), "upfront_price": Decimal(70080), "term_months": 12}, "1", "+ 70080 USD upfront / 8760 h / 8 GPUs"),
    ({"gpu_count": None}, None, "number of GPUs is unknown"),
    ({"price_unit": "term_total", "term_months": None}, None, "hours in a term_total are unknown"),
    ({"upfront_price": Decimal(1), "term_months": None}, None, "over an unknown term"),
    ({"price_scope": "gpu_component"}, None, "its scope is gpu_component"),
])  # fmt: skip
def test_formulas(facts: dict[str, Any], result: str | None, steps: str) -> None:
    matches = formula(A_PRICE | facts, 730, 8760)
    assert matches.result == (None if result is None else Decimal(result)) and steps in matches.steps
    assert agrees(matches, matches.result) and not agrees(matches, Decimal("0.5"))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    page = Archive(home.root).save(
        Page("aws", "https://aws.example/prices.csv", datetime(2022, 1, 1, 6, tzinfo=UTC), content=b"the page")
    )
    new = {
        "valid_from": "2023-06-01",
        "observed_at": "2023-06-01 06:00:00+00",
        "price": "21.96",
        "usd_per_gpu_hour": "2.745",
    }
    old = {"valid_to": "2023-06-01", "last_seen_on": "2023-05-31", "ended_by": "change", "sha256": page.sha256}
    seed = {
        "series_id": "s9",
        "source": "seed",
        "feed": "seed",
        "instance": "",
        "region": "",
        "usd_per_gpu_hour": "4.1",
    }
    spot = {"series_id": "s2", "pricing_model": "spot"}
    return make(
        tmp_path,
        series=[A_SERIES, A_SERIES | spot, A_SERIES | {k: seed[k] for k in ("series_id", "source", "instance", "region")}],
        price_intervals=[
            AN_INTERVAL | old, AN_INTERVAL | new,
            AN_INTERVAL | spot | {"usd_per_gpu_hour": "1.5", "valid_from": "2024-01-01"},
            AN_INTERVAL | seed,
        ],
        quality_events=[AN_EVENT, AN_EVENT | {"event_id": "later", "date": "2024-05-01", "date_to": None},
                        AN_EVENT | {"event_id": "source", "series_id": None, "provider": "all", "instance": "all",
                                    "date": "2023-04-01", "date_to": "2023-08-01"}],
    )  # fmt: skip


def one(run: Run, home: Home, *arguments: str) -> dict[str, Any]:
    result = run("explain", *arguments, "--json", home=home)
    assert result.code == 0, result.err
    (output,) = result.records()
    assert list(output) == ["on", "series", "price", "formula", "receipt", "before", "held_or_flagged", "other_sources"]
    return output


def test_number_is_traced_to_its_page(run: Run, home: Home) -> None:
    output = one(run, home, "AWS", "p4d.24xlarge", "--date", "2023-05-15")
    assert output["series"]["series_id"] == "s1"
    price = output["price"]
    assert (price["usd_per_gpu_hour"], price["valid_from"], price["valid_to"]) == (4.096575, "2022-01-01", "2023-06-01")
    assert output["formula"] == {
        "steps": "32.7726 USD per instance_hour / 8 GPUs = 4.096575 USD per GPU-hour", "gives_what_is_published": True,
    }  # fmt: skip
    receipt = output["receipt"]
    assert receipt["text"] == "$32.7726 per On Demand p4d.24xlarge" and receipt["parser_version"] == "0123456789ab"
    assert receipt["archived_page"]["state"] == "verified" and Path(receipt["archived_page"]["path"]).exists()
    assert output["before"] is None
    assert [e["event_id"] for e in output["held_or_flagged"]] == ["source", "e" * 32]
    assert [(o["source"], o["off_by_pct"]) for o in output["other_sources"]] == [("seed", 0.08)]


def test_newest_and_previous_price(run: Run, home: Home) -> None:
    output = one(run, home, "aws", "p4d.24xlarge", "--pricing-model", "on_demand", "--source", "price_list")
    assert output["on"] == "2024-12-31" and output["price"]["usd_per_gpu_hour"] == 2.745
    assert output["before"]["usd_per_gpu_hour"] == 4.096575 and output["receipt"]["archived_page"]["state"] == "absent"
    # The range over the change belongs to the newer price too.
    assert [e["event_id"] for e in output["held_or_flagged"]] == ["source", "later"]


def test_text_output(run: Run, home: Home) -> None:
    result = run("explain", "aws", "p4d.24xlarge", "--date", "2023-05-15", home=home)
    assert result.out.startswith("aws p4d.24xlarge us-east-1 on_demand: 4.096575 USD per GPU-hour on 2023-05-15")
    for fact in (
        "32.7726 USD per instance_hour / 8 GPUs",
        "verified",
        "https://aws.example/prices.csv",
        "a price of 0",
    ):
        assert fact in result.out


def test_formula_mismatch_is_reported(run: Run, tmp_path: Path) -> None:
    home = make(tmp_path, series=[A_SERIES], price_intervals=[AN_INTERVAL | {"usd_per_gpu_hour": "4.0"}])
    assert one(run, home, "aws", "p4d.24xlarge")["formula"]["gives_what_is_published"] is False


@pytest.mark.parametrize(("origin", "is_sample"), [("sample", True), ("recorded", False), ("live", False)])
def test_sample_page_is_not_the_provider_s_word(run: Run, tmp_path: Path, origin: str, is_sample: bool) -> None:
    home = make(tmp_path, series=[A_SERIES], price_intervals=[AN_INTERVAL | {"origin": origin}])
    receipt = one(run, home, "aws", "p4d.24xlarge")["receipt"]
    assert receipt["origin"] == origin and ("stated_by" in receipt) == is_sample
    said = run("explain", "aws", "p4d.24xlarge", home=home).out
    assert ("sample page: do not quote" in said, "rebuilt by hand" in said) == (is_sample, is_sample)


def test_several_matches_are_listed_with_a_hint(run: Run, home: Home) -> None:
    result = run("explain", "aws", "p4d", home=home)
    assert result.code == 2 and "--pricing-model" in result.err and "2 series match" in result.err
    assert "spot" in result.out and "on_demand" in result.out and "s2" in result.out
    assert len(run("explain", "aws", "p4d", "--json", home=home).records()) == 2
    assert one(run, home, "aws", "p4d", "--pricing-model", "spot")["series"]["series_id"] == "s2"


def test_day_without_a_price_in_force(run: Run, home: Home) -> None:
    output = one(run, home, "aws", "p4d", "--pricing-model", "spot", "--date", "2023-12-31")
    assert output["price"] is None and output["receipt"] is None
    result = run("explain", "aws", "p4d", "--pricing-model", "spot", "--date", "2023-12-31", home=home)
    assert "no price in force on 2023-12-31" in result.out


@pytest.mark.parametrize("sku", ["p4d.24xlarge", "P4D.24", "A100", "A100 40GB"])
def test_sku_spellings(run: Run, home: Home, sku: str) -> None:
    assert one(run, home, "aws", sku, "--date", "2023-05-15", "--source", "price_list")["price"]["price"] == 32.7726


@pytest.mark.parametrize(("arguments", "why"), [
    (("aws", "nosuch"), "p4d.24xlarge"), (("aws", "A100 80GB"), "p4d.24xlarge"), (("nosuch", "A100"), "oracle"),
    (("lambda", "A100"), "lambda has no SKU"), (("aws",), "SKU"), (("aws", "100%"), "aws has no SKU"),
])  # fmt: skip
def test_unknown_sku_is_a_usage_error(run: Run, home: Home, arguments: tuple[str, ...], why: str) -> None:
    result = run("explain", *arguments, home=home)
    assert result.code == 2 and not result.out and why in result.err


def test_series_by_id(run: Run, tmp_path: Path) -> None:
    ids = [c * 32 for c in "ab"]
    home = make(
        tmp_path,
        series=[A_SERIES | {"series_id": i} for i in ids],
        price_intervals=[AN_INTERVAL | {"series_id": i} for i in ids],
    )
    assert run("explain", "aws", "p4d.24xlarge", home=home).code == 2
    assert one(run, home, "aws", "aaaaaaaa")["series"]["series_id"] == ids[0]


def test_stale_price_yields_to_a_newer_one(run: Run, tmp_path: Path) -> None:
    stale = AN_INTERVAL | {"series_id": "s2", "source": "feed", "last_seen_on": "2024-06-01", "origin": "imported"}
    home = make(tmp_path, series=[A_SERIES, A_SERIES | {"series_id": "s2", "source": "feed"}],
                price_intervals=[AN_INTERVAL, stale])  # fmt: skip
    output = one(run, home, "aws", "p4d.24xlarge")
    assert output["series"]["series_id"] == "s1" and output["other_sources"] == []
    assert output["receipt"]["archived_page"]["state"] == "absent"
    old = run("explain", "aws", "p4d.24xlarge", "--source", "feed", home=home)
    assert "last observed 213 days earlier (too long ago to count)" in old.out and "none: imported" in old.out
