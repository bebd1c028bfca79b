"""Lium: a marketplace of machines with what each host asks per GPU; its list of models holds reference rates only."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from scrapers.model import Hints, LayoutError, Offer, Page, Provider, Request, clip
from scrapers.parsing.json_stream import amount, objects
from scrapers.parsing.table_offers import require_offers

SOURCE = "order_book"  # single asks are no series: their median and tenth percentile are
_ASK = {"id", "machine_name", "price_per_gpu", "gpu_count"}
_MODEL = {"name", "price", "total_gpu_count"}


def parse(page: Page) -> Iterator[Offer]:
    """Yield each free machine's asking price per GPU-hour, or the price of each model that is not a reference rate.

    Where a model's price equals its base price, nobody asks it: asks lie 10 to 48 % above it.
    """
    rows = objects(page, "machines")
    offers = (offer for item in rows for offer in (_ask(page, item) if "machine_name" in item else _model(page, item)))
    yield from require_offers(page, offers, "machines with machine_name and price_per_gpu, or with name and price")


def _ask(page: Page, item: dict[str, Any]) -> Iterator[Offer]:
    if missing := _ASK - item.keys():
        raise LayoutError(page, f"{sorted(missing)} of a machine", str(item))
    price, free = amount(page, item["price_per_gpu"]), item.get("available_gpu_count")
    if price is None or not item["gpu_count"]:
        return
    specs, place = item.get("specs") or {}, item.get("location") or {}
    is_spot = item.get("tier") == "spot" or specs.get("is_spot") is True
    yield Offer(
        source=SOURCE,
        instance=f"{item['machine_name']} {item['id']} {item.get('tier') or ''}".strip(),
        gpu_label=str(item["machine_name"]),
        gpu_count=Decimal(str(item["gpu_count"])),
        region=str(place.get("country_code") or ""),
        pricing_model="spot" if is_spot else "on_demand",
        price=price,
        price_unit="gpu_hour",
        availability="unknown" if free is None else "available" if free else "sold_out",
        max_gpu_count=item["gpu_count"] if isinstance(item["gpu_count"], int) else None,
        product="machine",
        text=clip(f"{item['gpu_count']}x {item['machine_name']} {item['id']} price_per_gpu {item['price_per_gpu']}"),
    )


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
