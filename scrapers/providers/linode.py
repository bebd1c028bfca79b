"""Akamai's Linode: the public list of types, with prices of their own in some regions."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from scrapers.model import LayoutError, Offer, Page, Provider, Request, clip
from scrapers.parsing.json_stream import amount, objects


def parse(page: Page) -> Iterator[Offer]:
    """An offer per type with GPUs, and one per region that has a price of its own.

    Schema: https://techdocs.akamai.com/linode-api/reference/get-linode-types
    """
    found = 0
    for item in objects(page, "data"):
        if not {"id", "gpus", "price"} <= item.keys():
            raise LayoutError(page, "id, gpus and price of a type", str(item))
        if item["gpus"]:
            found += 1
            yield from _type(page, item)
    if not found:
        raise LayoutError(page, "a type with gpus", page.text()[:200])


def _type(page: Page, item: dict[str, Any]) -> Iterator[Offer]:
    places = [("global", item["price"]), *((p.get("id", ""), p) for p in item.get("region_prices") or ())]
    for region, prices in places:
        price = amount(page, prices.get("hourly"))
        if price is not None:
            yield Offer(
                source="types",
                instance=str(item["id"]),
                gpu_count=Decimal(str(item["gpus"])),
                region=str(region),
                pricing_model="on_demand",
                price=price,
                price_unit="instance_hour",
                text=clip(f"{item['id']} {item.get('label')} {region} hourly {prices['hourly']}"),
            )


PROVIDER = Provider(
    slug="linode",
    name="Akamai (Linode)",
    requests=(Request("https://api.linode.com/v4/linode/types?page_size=500", "types", expect="json", ends_with="}"),),
    parse=parse,
    access="public API",
    publishes="on-demand, prices of some regions apart",
    units="per instance-hour",
    aliases=("akamai",),
    basis="documented",
)
