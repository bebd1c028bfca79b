"""What is refused at the door, each beside what passes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from scrapers.model import Offer
from scrapers.parsing.offer_bounds import fault
from tests.support.worlds import offer
from warehouse.storage.landing import OFFER_TYPES

FAULTS: dict[str, dict[str, Any]] = {
    "price 1E+30 is not between 0 and 1,000,000,000,000": {"price": Decimal("1e30")},
    "price NaN is not between 0 and 1,000,000,000,000": {"price": Decimal("nan")},
    "price -2 is not between 0 and 1,000,000,000,000": {"price": Decimal(-2)},
    "upfront_price Infinity is not between 0 and 1,000,000,000,000": {"upfront_price": Decimal("inf")},
    "gpu_count 0.00001 is not between 0.001 and 100,000": {"gpu_count": Decimal("0.00001")},
    "gpu_count 1000000 is not between 0.001 and 100,000": {"gpu_count": Decimal(1000000)},
    "term_months -12 is not between 0 and 120": {"term_months": -12},
    "effective_from 0001-01-01 is not between 2000 and 2199": {"effective_from": date(1, 1, 1)},
    "effective_until 9999-12-31 is not between 2000 and 2199": {"effective_until": date(9999, 12, 31)},
    f"instance '{'x' * 39}…' is longer than 1,000 characters": {"instance": "x" * 2000},
    "vcpus 1E+30 is not between 0 and 100,000": {"vcpus": Decimal("1e30")},
    "ram_gb NaN is not between 0 and 10,000,000": {"ram_gb": Decimal("nan")},
    "max_gpu_count 1000000000000 is not between 0 and 100,000": {"max_gpu_count": 10**12},
    "region 'a b' holds control characters": {"region": "a\0b"},
}


@pytest.mark.parametrize("reason", FAULTS)
def test_what_is_no_offer_is_refused_with_its_reason(reason: str) -> None:
    assert fault(_offer(FAULTS[reason])) == reason


@pytest.mark.parametrize("facts", [
    {}, {"price": Decimal(0)}, {"price": None}, {"gpu_count": Decimal("0.125")}, {"gpu_count": None},
    {"price": Decimal(84_000_000_000), "currency": "IDR", "price_unit": "term_total", "term_months": 60},
    {"instance": "64x\n", "effective_from": date(2026, 10, 1)},
])  # fmt: skip
def test_what_a_page_may_state_passes(facts: dict[str, Any]) -> None:
    assert fault(_offer(facts)) == ""


@pytest.mark.parametrize("column", [c for c, kind in OFFER_TYPES.items() if kind.startswith(("DECIMAL", "INTEGER"))])
def test_no_number_passes_that_its_column_cannot_hold(column: str) -> None:
    """A landing that fails loses every page of its scrape."""
    assert fault(_offer({column: Decimal(10) ** 40})).startswith(column)


def _offer(facts: dict[str, Any]) -> Offer:
    return replace(offer("2.00"), **facts)
