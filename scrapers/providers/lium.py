"""Lium: a marketplace's current price per GPU model, with the share that is rented."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from scrapers.model import LayoutError, Offer, Page, Provider, Request, clip
from scrapers.parsing.json_stream import amount, objects
from scrapers.parsing.table_offers import require_offers


def parse(page: Page) -> Iterator[Offer]:
    """Yield a price per GPU-hour of each model with hosts; without any, nobody sells at the printed price."""
    offers = (offer for item in objects(page, "machines") for offer in _offer(page, item))
    yield from require_offers(page, offers, "machines with name, price and total_gpu_count")


def _offer(page: Page, item: dict[str, Any]) -> Iterator[Offer]:
    if not {"name", "price", "total_gpu_count"} <= item.keys():
        raise LayoutError(page, "name, price and total_gpu_count of a machine", str(item))
    price, hosted = amount(page, item["price"]), Decimal(str(item["total_gpu_count"] or 0))
    is_offered = price is not None and hosted > 0
    rented = Decimal(str(item.get("rental_rate") or 0))
    yield Offer(
        source="machines",
        instance=str(item["name"]),
        gpu_label=str(item["name"]),
        region="global",
        pricing_model="on_demand",
        price=price if is_offered else None,
        price_unit="gpu_hour" if is_offered else "",
        price_status="priced" if is_offered else "not_offered",
        availability="available" if is_offered and rented < 1 else "sold_out",
        text=clip(f"{item['name']} price {item['price']} of {item['total_gpu_count']} GPUs"),
    )


PROVIDER = Provider(
    slug="lium",
    name="Lium",
    requests=(Request("https://lium.io/api/machines", "machines", expect="json", ends_with="]"),),
    parse=parse,
    access="public API",
    publishes="on-demand, the market price per model",
    units="per GPU-hour",
    kind="marketplace",
    expects=("H100", "RTX 4090"),
)
