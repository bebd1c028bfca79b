"""Facts that no table holds: the gate keeps them out, and everything else is built and published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrapers.model import Offer
from tests.support.worlds import built, offer, rows, seen
from warehouse.publish import release
from warehouse.storage import connection, landing
from warehouse.storage.state_dir import Home

DAY = "2026-09-20"
GOOD = offer("2.00", instance="good")
YEAR: dict[str, Any] = {"pricing_model": "reserved", "term_months": 12, "upfront": "all"}
WHOLE: dict[str, Any] = {"price_unit": "instance_hour"}

# Held, and listed with what was stated.
HELD: dict[str, dict[str, Any]] = {
    "a price that six decimals lose": {"price": Decimal("1.2e-05"), "gpu_count": Decimal(100), **WHOLE},
    "a price that is almost nothing": {"price": Decimal("1e-18")},
    "a month that is nothing per hour": {"price": Decimal("1e-3"), "gpu_count": Decimal(1000), "price_unit": "month"},
    "a price beyond every table": {"price": Decimal("99999999999999999999")},
    "a second beyond every table": {"price": Decimal("9e19"), "price_unit": "gpu_second"},
    "a count of nearly none": {"gpu_count": Decimal("1e-10"), **WHOLE},
    "a count below zero": {"gpu_count": Decimal(-8), **WHOLE},
    "a count beyond every machine": {"gpu_count": Decimal(99999999), **WHOLE},
    "a fee beyond every table": {"upfront_price": Decimal("9e19"), **YEAR},
    "a fee below zero": {"upfront_price": Decimal(-900000), **YEAR},
    "a term before its start": {"pricing_model": "reserved", "term_months": -12, "price_unit": "term_total"},
    "a term of ages": {"pricing_model": "reserved", "term_months": 2147483647, "price_unit": "term_total"},
    "yen beyond every table": {"price": Decimal("1e19"), "currency": "JPY"},
    "rupiah worth nothing": {"price": Decimal("1e-6"), "currency": "IDR"},
    "a start in another age": {"effective_from": date(9999, 12, 31)},
    "an amount in no stated currency": {"currency": ""},
    "an end in another age": {"effective_until": date(9999, 12, 31)},
    "a component beyond every table": {"price": Decimal("9e19"), "price_scope": "gpu_component"},
}  # fmt: skip
# Read as what they are, or not at all; they must only do no harm.
HARMLESS: dict[str, dict[str, Any]] = {
    "texts without end": {"instance": "x" * 20000, "gpu_label": "A100 " * 3000, "region": "r" * 9000},
    "NULs": {"instance": "a\0b", "gpu_label": "A100\0 80GB", "region": "r\0"},
    "memory beyond every column": {"gpu_memory": "99999999999999999999 GB"},
    "memory of thousands of digits": {"gpu_memory": "9" * 4000 + " TB", "gpu_memory_is_total": True, "gpu_count": None},
    "an ask beyond every table": {"price": Decimal("9e19"), "source": "order_book"},
    "no currency of ours": {"currency": "\0'; drop table x"},
}
PAGES: dict[str, dict[str, Any]] = {
    "a provider that is a path": {"provider": "../gpus"},
    "a provider longer than a file's name": {"provider": "é" * 200},
    "a provider that ends a statement": {"provider": "a\0b'"},
    "a source without end": {"source": "s\0" * 5000},
    "a day before all clouds": {"captured_at": datetime(1, 1, 2, tzinfo=UTC)},
    "a day after all clouds": {"captured_at": datetime(9999, 12, 30, tzinfo=UTC)},
    "a meter beyond every table": {
        "provider": "oracle",
        "offers": [offer("9e19", source="products_api", instance="B95909", gpu_label="", region="global")],
    },
    "a part beyond every table": {
        "provider": "gcp",
        "offers": [
            offer("9e19", source="billing_catalog", instance=name, gpu_label="", price_unit=unit, price_scope=scope)
            for name, unit, scope in (("A2", "vcpu_hour", "host_component"), ("A2", "gib_hour", "host_component"),
                                      ("Nvidia Tesla A100", "gpu_hour", "gpu_component"))
        ],
    },
}  # fmt: skip


def land_unchecked(home: Home, name: str, page: landing.Seen) -> None:
    """Write a page as an older version might have landed it, past today's checks."""
    file = f"hostile/{name}.parquet"
    common = {"landing_id": name, "landed_at": datetime.now(UTC).isoformat(), "parser_version": "1"}
    landing.write_landing(home.landing / "offers" / file, landing.offer_rows([page], name), landing.OFFER_TYPES)
    landing.write_landing(home.landing / "pages" / file, landing.page_rows([page], **common), landing.PAGE_TYPES)


def hostile(**facts: Any) -> Offer:
    """Return an offer with facts that `worlds.offer` would not take."""
    return replace(offer("2.00"), **facts)


def held(con: connection.Connection) -> set[str]:
    listed = rows(con, "select source_url from v1.quality_events where verdict = 'quarantine' and status = 'held'")
    return {row["source_url"].removeprefix("https://x/") for row in listed}


@pytest.mark.usefixtures("without_costs")
def test_what_no_table_holds_is_held_and_the_rest_is_published(tmp_path: Path) -> None:
    home = Home(tmp_path)
    land_unchecked(home, "good", seen(DAY, [GOOD]))
    for n, (name, facts) in enumerate([*HELD.items(), *HARMLESS.items()]):
        land_unchecked(home, f"o{n}", seen(DAY, [hostile(**facts)], provider=f"p{n}", url=f"https://x/{name}"))
    for n, page in enumerate(PAGES.values()):
        land_unchecked(home, f"p{n}", seen(DAY, **({"offers": [GOOD], "url": "https://y"} | page)))
    release.build_and_publish(home)
    with connection.published(home) as con:
        told = held(con)
        reasons = rows(con, "select distinct rule, reason from v1.quality_events where status = 'held' order by all")
        published = rows(
            con, "select usd_per_gpu_hour from v1.price_intervals where source_url = 'https://example.com/pricing'"
        )
    assert told & HELD.keys() == HELD.keys()
    assert {"rule": "out_of_range", "reason": "1.2e-05 per instance_hour for 100 GPUs"} in reasons
    assert published == [{"usd_per_gpu_hour": Decimal(2)}]


MONEY = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**19), max_value=10**19, places=18) | st.sampled_from(
    [Decimal(0), Decimal("5e-7"), Decimal("1e-6"), Decimal("1e12"), Decimal("99999999999999999999")]
)  # fmt: skip
FACTS = st.fixed_dictionaries({
    "price": MONEY, "upfront_price": st.none() | MONEY, "gpu_label": st.text(max_size=20) | st.just("H100 80GB"),
    "gpu_count": st.none() | st.decimals(min_value=-(10**7), max_value=10**7, places=10),
    "term_months": st.none() | st.integers(-(2**31), 2**31 - 1), "currency": st.sampled_from(["USD", "JPY", "XXX", ""]),
    "pricing_model": st.sampled_from(["on_demand", "spot", "reserved"]), "gpu_memory": st.text("0123456789. GTBi", max_size=30),
    "price_unit": st.sampled_from(["gpu_hour", "gpu_second", "instance_hour", "month", "term_total", "gib_month", ""]),
    "price_scope": st.sampled_from(["instance", "gpu_component", "host_component", "offer_aggregate"]),
    "effective_from": st.none() | st.dates(), "effective_until": st.none() | st.dates(),
})  # fmt: skip


@settings(max_examples=3, suppress_health_check=list(HealthCheck), derandomize=True)
@given(facts=st.lists(FACTS, min_size=30, max_size=30))
def test_no_fact_stops_a_build(facts: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> None:
    home = Home(tmp_path_factory.mktemp("home"))
    offers = [hostile(instance=f"i{n}", **stated) for n, stated in enumerate(facts)]
    land_unchecked(home, "all", seen(DAY, [GOOD, *offers]))
    with built(home, "v1.price_intervals", "v1.quality_events") as con:
        prices = rows(con, "select instance, price, upfront_price, usd_per_gpu_hour from v1.price_intervals")
        told = {row["instance"] for row in rows(con, "select instance from v1.quality_events")}
    assert {"instance": "good", "price": 2, "upfront_price": None, "usd_per_gpu_hour": 2} in prices
    assert all(p["usd_per_gpu_hour"] is None or 0 < p["usd_per_gpu_hour"] <= 10**7 for p in prices)
    assert told >= set(_impossible(facts))


def _impossible(facts: list[dict[str, Any]]) -> Iterator[str]:
    for n, stated in enumerate(facts):
        has_ended = stated["effective_until"] is not None and stated["effective_until"] < date.fromisoformat(DAY)
        if stated["price"] < 0 and stated["price_scope"] != "host_component" and not has_ended:
            yield f"i{n}"
