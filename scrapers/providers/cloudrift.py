"""CloudRift: a public list of instance types by GPU, in cents, with the number of nodes per data centre."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from scrapers.model import Offer, Page, Provider, Request
from scrapers.parsing.embedded_json import objects_with
from scrapers.parsing.json_stream import documents
from scrapers.parsing.object_offers import ObjectLayout, availability_of, object_offers
from scrapers.parsing.table_offers import require_offers

_QUERY = {"version": "2025-03-21", "data": {"selector": {"ByServiceAndLocation": {"services": ["vm"]}}}}


_VARIANT = ObjectLayout(
    source="instance_types",
    instance="{name}",
    count="gpu_count",
    prices={"cost_per_hour": "on_demand"},
    shift=-2,
    facts={"vcpus": "cpu_count", "ram_bytes": "dram", "disk_bytes": "disk"},
)


def parse(page: Page) -> Iterator[Offer]:
    """Yield an offer per variant and data centre.

    Schema: https://docs.cloudrift.ai/ (instance-types/list, 2025-03-21).
    """
    types = (kind for root in documents(page) for kind in objects_with(root, "variants", "brand_short"))
    offers = (offer for kind in types for item in kind["variants"] for offer in _variant(page, kind, item))
    yield from require_offers(page, offers, "instance types with variants and cost_per_hour")


def _variant(page: Page, kind: dict[str, Any], item: dict[str, Any]) -> Iterator[Offer]:
    memory = f"{Decimal(str(item['vram'])) / 2**30:f} GiB" if item.get("vram") else ""
    for place, nodes in (item.get("nodes_per_dc") or {"": None}).items():
        more = {"gpu_label": str(kind["brand_short"]), "gpu_memory": memory, "region": str(place)}
        yield from object_offers(page, item, _VARIANT, availability=availability_of(nodes), **more)


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
