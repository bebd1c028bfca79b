"""Macros that answer for many days at once agree with the prices in force on each of those days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from tests.support.worlds import built, offer, put, rows, seen
from warehouse.storage.connection import Connection
from warehouse.storage.state_dir import Home

FIRST = date(2026, 1, 1)


def day(n: int) -> str:
    return str(FIRST + timedelta(days=n))


LOOKS = [
    seen(day(0), [offer("2.00"), offer("4.00", instance="b"), offer("0", instance="free")]),
    # Changes, ends and returns; a failure; a price that is announced for later.
    seen(day(1), [offer("2.10"), offer("4.00", instance="b"), offer("1.50", effective_from=FIRST + timedelta(days=5))]),
    seen(day(2), status="failed", detail="HTTP 500"),
    seen(day(3), [offer("2.10"), offer("3.90", instance="b"), offer("1.50", effective_from=FIRST + timedelta(days=5))]),
    seen(day(6), [offer("1.50"), offer("1.20", instance="c", availability="sold_out")]),
    # Not read for longer than a price may stand, then read again with the price of before.
    seen(day(50), [offer("1.50"), offer("1.10", instance="d", gpu_memory="40 GB")]),
    # Lower bounds, components, parts of a GPU, another term and a source of lower rank are no lowest price.
    seen(
        day(50),
        [
            offer("0.10", instance="floor", is_floor=True),
            offer("0.20", instance="half", gpu_count="0.5"),
            offer("0.30", instance="part", price_scope="gpu_component"),
            offer("0.40", instance="year", pricing_model="reserved", term_months=12),
            offer("0.50", instance="whole"),
        ],
        provider="oracle",
        source="products_api",
        url="https://x.com/o",
    ),
    seen(day(52), status="failed", detail="HTTP 500", provider="oracle", source="products_api", url="https://x.com/o"),
    # What an archive captured is history.
    seen(day(20), [offer("0.90", instance="old")], origin="archived", provider="vultr", url="https://x.com/v"),
]
DAYS = [day(n) for n in range(-2, 95)]


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    home = Home(tmp_path_factory.mktemp("questions"))
    put(home, *LOOKS)
    with built(home, "v1.prices_as_of", "v1.prices_of", "v1.daily_lowest", "v1.series", "v1.price_history") as con:
        yield con


@pytest.mark.parametrize("max_age", [35, 7, 1000])
def test_prices_of_a_table_are_the_prices_in_force(con: Connection, max_age: int) -> None:
    con.execute(
        "create or replace temp table usage as select series_id, unnest(?)::varchar as day, 7 as gpu_hours from v1.series "
        "union all select 'no such series', '2026-01-02', 7",
        [DAYS],
    )
    got = rows(con, f"from v1.prices_of('usage', max_age := {max_age})")
    assert len(got) == len(DAYS) * len({row["series_id"] for row in rows(con, "from v1.series")}) + 1
    assert {row["gpu_hours"] for row in got} == {7}
    columns = ("usd_per_gpu_hour", "price", "currency", "price_unit", "valid_from", "source_url", "sha256")
    by_macro = {
        (row["series_id"], str(row["day"]), *(row[name] for name in columns)) for row in got if row["price"] is not None
    }
    assert all(all(row[name] is None for name in columns) for row in got if row["price"] is None)
    by_day = {
        (row["series_id"], on, *(row[name] for name in columns))
        for on in DAYS
        for row in rows(con, f"from v1.prices_as_of('{on}', max_age := {max_age})")
    }
    assert by_macro == by_day
    assert len({on for _, on, *_ in by_macro}) > (60 if max_age >= 35 else 15)


def test_rows_of_a_table_keep_their_own_columns(con: Connection) -> None:
    """A usage log names its columns as it likes: only those that the answer gives are taken."""
    con.execute(
        "create or replace temp table named as select series_id, date '2026-01-02' as day, 'x' as provider, 'y' as feed, "
        "1 as series_no, 'z' as origin from v1.series where instance = 'b'"
    )
    (got,) = rows(con, "from v1.prices_of('named')")
    assert (got["provider"], got["feed"], got["series_no"], got["origin"]) == ("x", "y", 1, "z")
    assert float(got["usd_per_gpu_hour"]) == 4.0


def lowest_by_hand(con: Connection, gpu: str) -> set[tuple[Any, ...]]:
    """Return (provider, memory, day, price) from the history of every price, one row after the other."""
    best: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    bounds = {row["series_id"] for row in rows(con, "from v1.series") if row["is_bound"]}
    for row in rows(con, "from v1.price_history"):
        usable = (
            row["gpu"] == gpu and row["pricing_model"] == "on_demand" and row["term_months"] == 0
            and row["price_scope"] == "instance" and row["gpu_count"] >= 1 and row["series_id"] not in bounds
            and row["availability"] not in ("sold_out", "waitlist") and (row["usd_per_gpu_hour"] or 0) > 0
        )  # fmt: skip
        if usable:
            key = (row["provider"], row["gpu_memory_gb"], str(row["observed_on"]))
            best[key] = min(best.get(key, (row["usd_per_gpu_hour"],)), (row["usd_per_gpu_hour"],))
    return {(*key, price) for key, (price,) in best.items()}


def test_daily_lowest_is_the_lowest_whole_price_that_could_be_rented(con: Connection) -> None:
    gpu = rows(con, "select gpu from v1.series where instance = 'whole'")[0]["gpu"]
    got = rows(con, f"from v1.daily_lowest('{gpu}')")
    keys = ("provider", "gpu_memory_gb", "observed_on", "usd_per_gpu_hour")
    assert {tuple(str(row[k]) for k in keys) for row in got} == {
        tuple(str(value) for value in row) for row in lowest_by_hand(con, gpu)
    }
    oracle = {
        str(row["observed_on"]): (float(row["usd_per_gpu_hour"]), row["is_carried_forward"])
        for row in got
        if row["provider"] == "oracle"
    }
    assert oracle[day(50)] == (0.5, False) and oracle[day(52)] == (0.5, True)
    year = rows(con, f"from v1.daily_lowest('{gpu}', of_pricing_model := 'reserved', of_term_months := 12)")
    assert {float(row["usd_per_gpu_hour"]) for row in year if row["observed_on"].year == 2026} == {0.4}
