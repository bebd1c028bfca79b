"""The words around an amount: pricing models, terms, units and bounds, and names that resemble them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from scrapers.model import LayoutError, Page
from scrapers.parsing.accelerator_labels import names_accelerator
from scrapers.parsing.price_words import availability, is_price_like, months, page_time_unit, price_column, quote, unit

PAGE = Page("somebody", "https://example.com/pricing", datetime(2026, 9, 1, tzinfo=UTC), content=b"")


@pytest.mark.parametrize(
    ("title", "section", "model", "term"),
    [
        ("ON-DEMAND", "", "on_demand", None),
        ("CURRENT SPOT", "", "spot", None),
        ("PREEMPTIBLE, GPU-HOUR", "", "spot", None),
        ("DYNAMIC PRICE", "", "dynamic", None),
        ("6-MONTH RESERVED", "", "reserved", 6),
        ("3-YEAR RESERVED", "", "reserved", 36),
        ("RESERVED 7-30 DAYS", "", "reserved", None),
        ("RESERVED 181+ DAYS", "", "reserved", None),
        ("1-3 YEARS COMMITMENT", "", "reserved", None),
        ("1 YEAR+ COMMITMENT", "", "reserved", None),
        ("STARTING FROM", "Reservation Pricing", "reserved", None),
        ("PRICING PER HOUR", "", "on_demand", None),
        ("HOURLY", "", "on_demand", None),
    ],
)
def test_header_states_the_pricing_model(title: str, section: str, model: str, term: int | None) -> None:
    column = price_column(PAGE, title, section)
    assert column is not None and (column.model, column.term_months) == (model, term)


@pytest.mark.parametrize("title", ["VCPU", "RAM, GB", "MAX PCPUS PER GPU", "GPU MODEL", "NODES", "STORAGE"])
def test_other_columns_are_not_price_columns(title: str) -> None:
    assert price_column(PAGE, title) is None


def test_announced_price_carries_its_start_date() -> None:
    column = price_column(PAGE, "GPU-HOUR (EFFECTIVE OCTOBER 1, 2026)")
    assert column is not None and column.effective_from == date(2026, 10, 1)
    for title in (
        "PRICE (EFFECTIVE SOON)",
        "PRICE (EFFECTIVE UNTIL FURTHER NOTICE)",
        "PRICE (VALID UNTIL SEPTEMER 30, 2026)",
    ):
        with pytest.raises(LayoutError):
            price_column(PAGE, title)


@pytest.mark.parametrize(
    ("title", "start"),
    [
        ("GPU-HOUR (EFFECTIVE UNTIL SEPTEMBER 30, 2026)", None),
        ("PRICE, VALID THROUGH SEPTEMBER 30 2026", None),
        ("PRICE (EFFECTIVE SEPTEMBER 1, 2026 TO SEPTEMBER 30, 2026)", date(2026, 9, 1)),
    ],
)
def test_price_with_an_end_carries_its_last_day(title: str, start: date | None) -> None:
    column = price_column(PAGE, title)
    assert column is not None and (column.effective_from, column.effective_until) == (start, date(2026, 9, 30))


@pytest.mark.parametrize(
    ("text", "per", "expected"),
    [
        ("/hr", "instance_hour", "instance_hour"),
        ("/hr", "gpu_hour", "gpu_hour"),
        ("/ GPU-hour", "instance_hour", "gpu_hour"),
        ("/GPU/hr", "instance_hour", "gpu_hour"),
        ("per hour", "instance_hour", "instance_hour"),
        ("/h", "gpu_hour", "gpu_hour"),
        ("/month", "instance_hour", "month"),
        ("/s", "gpu_hour", "gpu_second"),
    ],
)
def test_units(text: str, per: str, expected: str) -> None:
    assert unit(PAGE, text, per) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["/day", "/min", "/week", "/year", "", "/GPU/month", "per thing", "/s of an instance"])
def test_unsupported_unit_raises(text: str) -> None:
    with pytest.raises(LayoutError):
        unit(PAGE, text, "instance_hour")


def test_bound_is_a_price_only_for_a_commitment() -> None:
    on_demand, reserved = price_column(PAGE, "ON-DEMAND"), price_column(PAGE, "RESERVED")
    assert on_demand and reserved
    for cell in ("from $1.55", "Starts from $0.18/hour", "as low as $2", "up to $3"):
        price = quote(PAGE, cell, on_demand)
        assert price and price.price is None and price.status == "no_price_stated"
        price = quote(PAGE, cell, reserved)
        assert price and price.price is not None
    with pytest.raises(LayoutError):
        quote(PAGE, "$1.00 - $2.00", on_demand)
    assert quote(PAGE, "—", on_demand) is None
    contact = quote(PAGE, "Contact sales", on_demand)
    assert contact and contact.status == "contact_sales"


def test_price_of_the_smallest_size_is_a_price_unless_an_upper_bound() -> None:
    on_demand = price_column(PAGE, "ON-DEMAND")
    assert on_demand
    price = quote(PAGE, "from $1.55", on_demand, is_of_smallest=True)
    assert price and price.price == Decimal("1.55") and price.status == "priced"
    for cell in ("as low as $2", "up to $3", "from $0"):
        price = quote(PAGE, cell, on_demand, is_of_smallest=True)
        assert price and price.price is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sold out", "sold_out"),
        ("Join the waitlist", "waitlist"),
        ("Limited Availability", "limited"),
        ("$2.00", "unknown"),
    ],
)
def test_availability_from_text(text: str, expected: str) -> None:
    assert availability(text) == expected


def test_name_is_not_price_like() -> None:
    assert (
        is_price_like("$2.40") and is_price_like("Contact us") and is_price_like("—") and is_price_like("Reserve here")
    )
    assert not is_price_like("NVIDIA HGX H100 16 200") and not is_price_like("Self-serve. Up within 15 minutes.")


def test_months_and_time_units() -> None:
    assert months("a contractual commitment of 12 months") == 12 and months("3 months to 3 years") is None
    assert (
        page_time_unit("All prices are per GPU per hour.") == "hour"
        and page_time_unit("$2.30 / month or $1 / hour") == ""
    )


@pytest.mark.parametrize(
    "label", ["H100", "NVIDIA HGX B300", "MI300Xx8", "RTX5000", "L40S", "TPU v5e", "Gaudi 3", "A100-80G"]
)
def test_accelerators(label: str) -> None:
    assert names_accelerator(label)


@pytest.mark.parametrize(
    "label", ["AMD EPYC Genoa", "Small", "C3.8GB", "Alveo U250 FPGA GPU", "2.24*", "Shared Filesystem"]
)
def test_labels_of_other_products(label: str) -> None:
    assert not names_accelerator(label)
