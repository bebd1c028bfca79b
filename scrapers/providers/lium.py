"""Lium: a marketplace of machines with what each host asks per GPU; its list of models holds reference rates only."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from scrapers.model import Hints, LayoutError, Offer, Page, Provider, Request, clip
from scrapers.parsing.json_stream import amount, objects
from scrapers.parsing.object_offers import ObjectLayout, at, object_offers
from scrapers.parsing.table_offers import require_offers

SOURCE = "order_book"  # single asks are no series: their median and tenth percentile are
_ASK = ObjectLayout(
    source=SOURCE,
    needs=("id", "machine_name", "price_per_gpu", "gpu_count"),
    instance="{machine_name} {id} {tier}",
    label="{machine_name}",
    count="gpu_count",
    region="{location.country_code}",
    prices={"price_per_gpu": "on_demand"},
    unit="gpu_hour",
    free="available_gpu_count",
    product="machine",
)
_MODEL = {"name", "price", "total_gpu_count"}


def parse(page: Page) -> Iterator[Offer]:
    """Yield each free machine's asking price per GPU-hour, or the price of each model that is not a reference rate.

    Where a model's price equals its base price, nobody asks it: asks lie 10 to 48 % above it.
    """
    rows = objects(page, "machines")
    offers = (offer for item in rows for offer in (_ask(page, item) if "machine_name" in item else _model(page, item)))
    yield from require_offers(page, offers, "machines with machine_name and price_per_gpu, or with name and price")


def _ask(page: Page, item: dict[str, Any]) -> Iterator[Offer]:
    most, is_spot = item.get("gpu_count"), item.get("tier") == "spot" or at(item, "specs.is_spot") is True
    more = {
        "pricing_model": "spot" if is_spot else "on_demand",
        "max_gpu_count": most if isinstance(most, int) else None,
    }
    yield from object_offers(page, item, _ASK, **more)


def _model(page: Page, item: dict[str, Any]) -> Iterator[Offer]:
    if not item.keys() >= _MODEL:
        raise LayoutError(page, "name, price and total_gpu_count of a machine", str(item))
    price, hosted = amount(page, item["price"]), Decimal(str(item["total_gpu_count"] or 0))
    is_reference = "base_price" in item and amount(page, item["base_price"]) == price
    is_offered = price is not None and hosted > 0 and not is_reference
    rented = Decimal(str(item.get("rental_rate") or 0))
    yield Offer(
        source="machines",
        instance=str(item["name"]),
        gpu_label=str(item["name"]),
        region="global",
        pricing_model="on_demand",
        price=price if is_offered else None,
        price_unit="gpu_hour" if is_offered else "",
        price_status="priced" if is_offered else "no_price_stated" if is_reference and hosted else "not_offered",
        availability="unknown" if is_reference else "available" if is_offered and rented < 1 else "sold_out",
        text=clip(f"{item['name']} price {item['price']} of {item['total_gpu_count']} GPUs"),
    )


PROVIDER = Provider(
    slug="lium",
    name="Lium",
    requests=(
        Request(
            "https://lium.io/api/executors",
            SOURCE,
            expect="json",
            ends_with="]",
            alternatives=(
                Request("https://lium.io/api/public/v1/nodes", SOURCE, expect="json"),
                Request("https://lium.io/api/machines", "machines", expect="json", ends_with="]"),
            ),
        ),
    ),
    parse=parse,
    access="public API",
    publishes="an order book: every ask in `parse`, medians and 10th percentiles of the asks in the tables",
    units="per GPU-hour",
    kind="marketplace",
    expects=("H100", "RTX 4090"),
    hints=Hints(
        fields_left_out=(
            (r"\.rental_rate=", "the share of the GPUs that is rented"),
            (r"\.pending_price_per_hour=", "what the host asks from later on"),
        )
    ),
)
