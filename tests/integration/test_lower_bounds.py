"""A "from $2" figure is kept and marked, and no average, index, cheapest list or alert takes it for a price."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support.alert_worlds import book, day, told
from tests.support.worlds import built, offer, put, seen
from warehouse.storage.state_dir import Home

BUILT = ("v1.offers_latest", "v1.series", "v1.price_changes", "v1.index_daily", "marts.provider_prices",
         "marts.cost_per_unit", "core.cost_offers")  # fmt: skip
H100: dict[str, Any] = {"gpu_label": "H100 SXM", "gpu_memory": "80 GB", "source": "pricing_page"}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def page(
    n: int, bound: str, price: str = "3", model: Any = "on_demand", term: int | None = None, origin: Any = "recorded"
) -> Any:
    a_price = offer(price, instance="named", **H100)
    a_bound = replace(
        offer(bound, instance="family", **H100),
        is_floor=True, pricing_model=model, term_months=term,
    )  # fmt: skip
    return seen(day(n), [a_price, a_bound], provider="nebius", source="pricing_page", origin=origin)


def test_a_bound_is_kept_and_used_for_nothing(home: Home) -> None:
    put(home, *(page(n, "2.5" if n < 4 else "1.9") for n in range(8)))
    with built(home, *BUILT) as con:
        kept = con.execute("select instance, is_floor, usd_per_gpu_hour from v1.offers_latest order by all").fetchall()
        assert kept == [("family", True, Decimal("1.9")), ("named", False, Decimal(3))]
        for table in ("marts.provider_prices", "marts.cost_per_unit", "core.cost_offers"):
            found = con.execute(f"select distinct usd_per_gpu_hour from {table} where provider = 'nebius'").fetchall()
            assert found == [(3,)], table
        assert con.execute(
            "select distinct n_offers from v1.index_daily where gpu = 'H100' and day >= '2026-01-01'"
        ).fetchall() == [(1,)]


def test_a_lower_bound_that_falls_is_no_cut(home: Home) -> None:
    rules = book({"kind": "drop_pct", "pct": 2, "where": {"gpu": "H100"}, "confirm": 1})
    assert told(home, rules, [page(n, "2.5" if n < 4 else "1.9", origin="live") for n in range(8)]) == []


def test_of_a_commitment_the_bound_is_the_price(home: Home) -> None:
    put(home, *(page(n, "1.9", model="reserved", term=12) for n in range(3)))
    with built(home, *BUILT) as con:
        assert con.execute("select min(usd_per_gpu_hour) from core.cost_offers").fetchall() == [(Decimal("1.9"),)]


def test_a_price_in_place_of_a_bound_is_another_series(home: Home) -> None:
    exact = replace(offer("1.9", instance="family", **H100))
    put(home, page(0, "2.5"), seen(day(1), [exact], provider="nebius", source="pricing_page", origin="recorded"))
    with built(home, *BUILT) as con:
        found = con.execute(
            "select is_bound, count(*) from v1.series where instance = 'family' group by all"
        ).fetchall()
        assert sorted(found) == [(False, 1), (True, 1)]
        assert con.execute("select count(*) from v1.price_changes where kind = 'drop'").fetchall() == [(0,)]
