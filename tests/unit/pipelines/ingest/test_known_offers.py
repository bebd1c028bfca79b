"""What was read by meaning keeps the names of what was known, where it agrees with exactly one known offer."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from pipelines.ingest.known_offers import adopt
from scrapers.model import Offer

KNOWN = Offer(
    source="pricing_page", instance="gpu_1x_h100", gpu_label="H100 SXM", gpu_count=Decimal(1), gpu_memory="80 GB",
    pricing_model="on_demand", price=Decimal("2.99"), currency="USD", price_unit="gpu_hour", text="old",
)  # fmt: skip
READ = replace(KNOWN, instance="NVIDIA H100 SXM5", gpu_label="NVIDIA H100 SXM5", price=Decimal("2.49"), text="new")


def test_an_agreeing_price_continues_the_known_offer() -> None:
    (found,) = adopt("acme", [READ], [KNOWN])
    assert (found.source, found.instance, found.price) == ("pricing_page", "gpu_1x_h100", Decimal("2.49"))
    assert "general reader" in found.text


@pytest.mark.parametrize(
    "differs",
    [
        {"price": Decimal("6.10")}, {"price": Decimal("1.20")}, {"price_unit": "instance_hour", "gpu_count": Decimal(8)},
        {"currency": "EUR"}, {"gpu_label": "H200"}, {"pricing_model": "spot"}, {"is_floor": True},
        {"pricing_model": "reserved", "term_months": 12}, {"gpu_count": Decimal(8)},
    ],
)  # fmt: skip
def test_what_differs_in_more_than_a_moved_price_is_unvouched_for(differs: dict[str, Any]) -> None:
    (found,) = adopt("acme", [replace(READ, **differs)], [KNOWN])
    assert found.source == "general_reader"


def test_two_offers_that_might_be_the_known_one_are_both_unvouched_for() -> None:
    assert {o.source for o in adopt("acme", [READ, replace(READ, price=Decimal("2.59"))], [KNOWN])} == {
        "general_reader"
    }
    twins = [KNOWN, replace(KNOWN, instance="gpu_1x_h100_b")]
    assert {o.source for o in adopt("acme", [READ], twins)} == {"general_reader"}
