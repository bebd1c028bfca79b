"""Objects of a JSON answer become offers by a table of which key states what."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from scrapers.model import LayoutError, Offer, Page
from scrapers.parsing.object_offers import ObjectLayout, list_parser, text_of

LAYOUT = ObjectLayout(
    source="list",
    needs=("id", "price"),
    only="gpu",
    instance="{cloud} {id}",
    label="{gpu.model|family}",
    count="gpu.count",
    memory="{gpu.vram} GB",
    places="regions",
    region="{place.name|'global'}",
    prices={"price": "on_demand", "spot": "spot"},
    currency="{currency|'usd'}",
    shift=-2,
    free="place.free",
    facts={"vcpus": "cpu"},
)


def read(*items: Any) -> list[Offer]:
    content = json.dumps({"items": items}).encode()
    return list(
        list_parser("items", LAYOUT)(Page("x", "https://x", datetime(2026, 11, 1, tzinfo=UTC), content=content))
    )


def machine(**more: Any) -> dict[str, Any]:
    return {"id": "m1", "price": 250, "gpu": {"model": "RTX_A6000", "count": 2, "vram": 48}, "cpu": 16} | more


def test_keys_state_an_offer_and_its_receipt() -> None:
    (offer,) = read(machine(cloud=None))
    assert (offer.instance, offer.gpu_label, offer.gpu_count, offer.gpu_memory) == ("m1", "RTX A6000", 2, "48 GB")  # type: ignore[comparison-overlap]
    assert (offer.price, offer.currency, offer.region, offer.availability) == (
        Decimal("2.5"),
        "USD",
        "global",
        "unknown",
    )
    assert offer.vcpus == 16 and "price 250" in offer.text


def test_an_offer_for_each_price_and_place() -> None:
    places = [{"name": "north", "free": 3}, {"name": "south", "free": 0}]
    offers = read(machine(spot=100, regions=places))
    assert [(o.region, o.pricing_model, o.price, o.availability) for o in offers] == [
        ("north", "on_demand", Decimal("2.5"), "available"), ("north", "spot", Decimal("1"), "available"),
        ("south", "on_demand", Decimal("2.5"), "sold_out"), ("south", "spot", Decimal("1"), "sold_out"),
    ]  # fmt: skip


def test_what_has_no_gpu_or_no_price_is_no_offer() -> None:
    kept = machine(id="kept")
    none = [machine(gpu=None), machine(gpu={"count": 0}), machine(price=None), machine(price=0)]
    assert [o.instance for o in read(*none, kept)] == ["kept"]
    with pytest.raises(LayoutError, match="objects in items with price"):
        read(*none)


@pytest.mark.parametrize("item", [{"id": "m1"}, machine(price="soon")])
def test_another_layout_is_told(item: dict[str, Any]) -> None:
    with pytest.raises(LayoutError):
        read(item)


def test_a_text_drops_what_is_not_stated() -> None:
    assert text_of({"a": "x", "b": None, "c": 0}, "{a} {b} {c} {d|b|'none'}") == "x 0 none"
