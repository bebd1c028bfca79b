"""Prices of different units, terms and fees through the gate: it judges what they stand for, not the printed amounts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from scrapers import registry
from scrapers.model import Offer, Page
from tests.support.worlds import at, built, offer, put, rows, seen
from warehouse.storage.state_dir import Home

DAY = "2026-09-21"
YEARS: dict[str, Any] = {"pricing_model": "reserved", "term_months": 36}
MACHINE: dict[str, Any] = {"price_unit": "instance_hour", "gpu_label": "V100 16GB", "gpu_count": Decimal(8)}


def judged(tmp_path: Path, offers: Iterable[Offer], provider: str = "acme") -> tuple[set[tuple[str, float]], set[str]]:
    """Return (pricing model, USD per GPU-hour) of the published prices, and the rules that held others."""
    put(Home(tmp_path), seen(DAY, offers, provider=provider))
    with built(Home(tmp_path), "v1.price_intervals", "v1.quality_events") as con:
        prices = rows(con, "from v1.price_intervals where source <> 'seed' order by usd_per_gpu_hour")
        held = rows(con, "select distinct rule from v1.quality_events where status = 'held'")
    found = {(p["pricing_model"], float(p["usd_per_gpu_hour"])) for p in prices if p["usd_per_gpu_hour"]}
    return found, {row["rule"] for row in held}


def test_a_fee_is_part_of_the_price(tmp_path: Path) -> None:
    found, held = judged(tmp_path, [
        offer("21.96", **MACHINE),
        offer("0", **MACHINE, **YEARS | {"term_months": 12}, upfront="all", upfront_price=Decimal(105120)),
        offer("0", **MACHINE, **YEARS, upfront="all", upfront_price=Decimal(210240)),
        offer("4.18", **MACHINE, **YEARS, upfront="partial", upfront_price=Decimal("109850.4")),
    ])  # fmt: skip
    assert held == set()
    assert found == {("on_demand", 2.745), ("reserved", 1.5), ("reserved", 1.0), ("reserved", 1.045)}


def test_totals_of_terms_compare_as_hours(tmp_path: Path) -> None:
    totals = MACHINE | {"price_unit": "term_total"}
    found, held = judged(tmp_path, [
        offer("98.32", **MACHINE), offer("551221", **totals, **YEARS | {"term_months": 12}),
        offer("1134310", **totals, **YEARS), offer("1500000", **totals, **YEARS | {"term_months": 60}),
    ])  # fmt: skip
    assert held == set()
    assert found == {("on_demand", 12.29), ("reserved", 7.865596), ("reserved", 5.395310), ("reserved", 4.280822)}


@pytest.mark.parametrize(("rule", "offers"), [
    ("zero_price", [offer("0", **MACHINE, **YEARS, upfront="all")]),
    ("zero_price", [offer("0", **MACHINE, **YEARS, upfront="all", upfront_price=Decimal(0))]),
    ("zero_price", [offer("0", **MACHINE)]),
    ("reserved_too_cheap", [offer("20", **MACHINE), offer("30000", **MACHINE | {"price_unit": "term_total"}, **YEARS)]),
    ("reserved_above_on_demand", [offer("20", **MACHINE), offer("19", **MACHINE, **YEARS, upfront_price=Decimal(99999))]),
    ("longer_above_shorter", [
        offer("5000", **MACHINE | {"price_unit": "month"}, **YEARS),
        offer("4000", **MACHINE | {"price_unit": "month"}, **YEARS | {"term_months": 12}),
    ]),
    ("not_scaled_by_count", [
        offer("1460", **MACHINE | {"price_unit": "month", "gpu_count": Decimal(1)}), offer("2", instance="x8", **MACHINE),
    ]),
])  # fmt: skip
def test_faults_show_across_units(rule: str, offers: list[Offer], tmp_path: Path) -> None:
    assert rule in judged(tmp_path, offers)[1]


@pytest.mark.parametrize(("slug", "prices"), [("aws", {"1.60", "1.63", "1.12"}), ("azure", {"2.97", "2.44"})])
def test_recorded_commitments_pass(slug: str, prices: set[str], tmp_path: Path, shared: Callable[[str], Path]) -> None:
    name = {"aws": "aws_price_list", "azure": "azure"}[slug]
    content = shared(f"cases/pages/{name}_2026-09-21.json").read_bytes()
    page = Page(slug, "https://x", at(DAY), source="price_list", content=content, is_excerpt=True)
    found, held = judged(tmp_path, registry.get(slug).parse(page), slug)
    assert held == set()
    assert prices <= {f"{usd:.2f}" for model, usd in found if model == "reserved"}
