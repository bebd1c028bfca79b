"""CloudRift: a public list of instance types by GPU, in cents, with the number of nodes per data centre."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from scrapers.model import Offer, Page, Provider, Request, clip
from scrapers.parsing.embedded_json import objects_with
from scrapers.parsing.json_stream import amount, documents
from scrapers.parsing.machine_facts import machine_facts
from scrapers.parsing.table_offers import require_offers

_QUERY = {"version": "2025-03-21", "data": {"selector": {"ByServiceAndLocation": {"services": ["vm"]}}}}


def parse(page: Page) -> Iterator[Offer]:
    """Yield an offer per variant and data centre.

    Schema: https://docs.cloudrift.ai/ (instance-types/list, 2025-03-21).
    """
    types = (kind for root in documents(page) for kind in objects_with(root, "variants", "brand_short"))
    offers = (offer for kind in types for item in kind["variants"] for offer in _variant(page, kind, item))
    yield from require_offers(page, offers, "instance types with variants and cost_per_hour")


def _variant(page: Page, kind: dict[str, Any], item: dict[str, Any]) -> Iterator[Offer]:
    cents, count = amount(page, item.get("cost_per_hour")), item.get("gpu_count")
    if cents is None or not count:
        return
    for place, nodes in (item.get("nodes_per_dc") or {"": None}).items():
        yield Offer(
            source="instance_types",
            instance=str(item.get("name", "")),
            gpu_label=str(kind["brand_short"]),
            gpu_count=Decimal(str(count)),
            gpu_memory=f"{Decimal(str(item['vram'])) / 2**30:f} GiB" if item.get("vram") else "",
            region=str(place),
            pricing_model="on_demand",
            price=cents.scaleb(-2),
            price_unit="instance_hour",
            availability="unknown" if nodes is None else "available" if nodes else "sold_out",
            text=clip(f"{item.get('name')} {kind['brand_short']} {place} cost_per_hour {item['cost_per_hour']} cents"),
            **machine_facts(vcpus=item.get("cpu_count"), ram_bytes=item.get("dram"), disk_bytes=item.get("disk")),
        )


PROVIDER = Provider(
    slug="cloudrift",
    name="CloudRift",
    requests=(
        Request(
            "https://api.cloudrift.ai/api/v1/instance-types/list",
            "instance_types",
            method="POST",
            headers={"Content-Type": "application/json", "Accept": "application/json"},
            body=json.dumps(_QUERY),
            ends_with="}",
        ),
    ),
    parse=parse,
    access="public API",
    publishes="on-demand, nodes by data centre",
    units="per instance-hour, in cents",
    basis="documented",
)
