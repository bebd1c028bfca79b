"""Shadeform: an aggregator that resells some twenty clouds; prices in cents for the whole instance."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scrapers.model import Offer, Page, Provider, Request
from scrapers.parsing.embedded_json import objects_with, stream
from scrapers.parsing.json_stream import documents
from scrapers.parsing.object_offers import ObjectLayout, object_offers
from scrapers.parsing.table_offers import require_offers

_TYPE = ObjectLayout(
    source="instance_types",
    instance="{cloud} {shade_instance_type}",
    count="num_gpus",
    memory="{vram_per_gpu_in_gb} GB",
    places="availability",
    region="{place.region}",
    prices={"hourly_price": "on_demand"},
    shift=-2,
    free="place.available",
    facts={"vcpus": "vcpus", "ram_gb": "memory_in_gb", "disk_gb": "storage_in_gb"},
)


def parse(page: Page) -> Iterator[Offer]:
    """Yield an offer per instance type and region, from the API's answer or the stream of the home page."""
    roots = documents(page) if page.read().lstrip()[:1] == b"{" else stream(page)
    items = (t for root in roots for t in objects_with(root, "shade_instance_type", "hourly_price", "availability"))
    types = ({**item, **(item.get("configuration") or {})} for item in items if item["availability"])
    offers = (offer for item in types for offer in object_offers(page, item, _TYPE, gpu_label=_label(item)))
    yield from require_offers(page, offers, "instance types with hourly_price")


def _label(setup: dict[str, Any]) -> str:
    """Return the GPU with its form factor; the names of an SXM machine overrule an "interconnect" of PCIe."""
    names = f"{setup.get('shade_instance_type')} {setup.get('cloud_instance_type')}".lower()
    form = re.search(r"sxm\d?", names) if setup.get("interconnect") == "pcie" else None
    return f"{setup.get('gpu_type', '')} {form[0] if form else setup.get('interconnect') or ''}".replace(
        "_", " "
    ).strip()


PROVIDER = Provider(
    slug="shadeform",
    name="Shadeform",
    requests=(
        Request(
            "https://api.shadeform.ai/v1/instances/types",
            "instance_types",
            expect="json",
            alternatives=(Request("https://www.shadeform.ai/", "instance_types", ends_with="</html>"),),
        ),
    ),
    parse=parse,
    access="public API, HTML page (data in its scripts)",
    publishes="on-demand of other clouds, availability by region",
    units="per instance-hour, in cents",
    note="an aggregator: its prices include a margin and never count as the clouds' own",
    kind="aggregator",
    expects=("H100", "A100"),
)
