"""Akamai's Linode: the public list of types, with separate prices in some regions."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from scrapers.model import Hints, LayoutError, Offer, Page, Provider, Request, clip
from scrapers.parsing.json_stream import amount, objects
from scrapers.parsing.machine_facts import machine_facts, positive


def parse(page: Page) -> Iterator[Offer]:
    """Yield an offer per type with GPUs, and one per region with a price of its own.

    Schema: https://techdocs.akamai.com/linode-api/reference/get-linode-types
    """
    is_empty = True
    for item in objects(page, "data"):
        if not {"id", "gpus", "price"} <= item.keys():
            raise LayoutError(page, "id, gpus and price of a type", str(item))
        if item["gpus"]:
            is_empty = False
            yield from _type(page, item)
    if is_empty:
        raise LayoutError(page, "a type with gpus", page.text()[:200])


def _type(page: Page, item: dict[str, Any]) -> Iterator[Offer]:
    places = [("global", item["price"]), *((p.get("id", ""), p) for p in item.get("region_prices") or ())]
    disk = positive(item.get("disk"))  # in MiB, as memory is
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
                **machine_facts(
                    vcpus=item.get("vcpus"), ram_mib=item.get("memory"), disk_gb=disk / 1024 if disk else None
                ),
            )


PROVIDER = Provider(
    slug="linode",
    name="Akamai (Linode)",
    requests=(Request("https://api.linode.com/v4/linode/types?page_size=500", "types", expect="json", ends_with="}"),),
    parse=parse,
    access="public API",
    publishes="on-demand, some regions at separate prices",
    units="per instance-hour",
    aliases=("akamai",),
    basis="documented",
    hints=Hints(fields_left_out=((r"\.monthly=", "what a month costs at most, beside the price of its hours"),)),
)
