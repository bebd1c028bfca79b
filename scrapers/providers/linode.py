"""Akamai's Linode: the public list of types, with separate prices in some regions."""

from __future__ import annotations

from collections.abc import Iterator

from scrapers.model import Hints, Offer, Page, Provider, Request
from scrapers.parsing.json_stream import objects
from scrapers.parsing.object_offers import ObjectLayout, object_offers
from scrapers.parsing.table_offers import require_offers

_TYPE = ObjectLayout(
    source="types",
    needs=("id", "gpus", "price"),
    instance="{id}",
    count="gpus",
    region="{price.id|'global'}",
    prices={"price.hourly": "on_demand"},
    facts={"vcpus": "vcpus", "ram_mib": "memory", "disk_mib": "disk"},
)


def parse(page: Page) -> Iterator[Offer]:
    """Yield an offer per type with GPUs, and one per region with a price of its own.

    Schema: https://techdocs.akamai.com/linode-api/reference/get-linode-types
    """
    items = (
        {**item, "price": place}
        for item in objects(page, "data")
        for place in (item.get("price"), *(item.get("region_prices") or ()))
    )
    yield from require_offers(page, (o for item in items for o in object_offers(page, item, _TYPE)), "a type with gpus")


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
