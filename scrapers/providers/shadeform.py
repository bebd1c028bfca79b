"""Shadeform: an aggregator that resells some twenty clouds; prices in cents for the whole instance."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from scrapers.model import Offer, Page, Provider, Request, clip
from scrapers.parsing.embedded_json import objects_with, stream
from scrapers.parsing.json_stream import amount, documents
from scrapers.parsing.machine_facts import machine_facts
from scrapers.parsing.table_offers import require_offers


def parse(page: Page) -> Iterator[Offer]:
    """Yield an offer per instance type and region, from the API's answer or the stream of the home page."""
    roots = documents(page) if page.read().lstrip()[:1] == b"{" else stream(page)
    types = (t for root in roots for t in objects_with(root, "shade_instance_type", "hourly_price", "availability"))
    yield from require_offers(
        page, (offer for t in types for offer in _offers(page, t)), "instance types with hourly_price"
    )


def _offers(page: Page, item: dict[str, Any]) -> Iterator[Offer]:
    setup = {**item, **(item.get("configuration") or {})}
    cents = amount(page, item["hourly_price"])
    if cents is None or not setup.get("num_gpus"):
        return
    memory = setup.get("vram_per_gpu_in_gb")
    for place in item["availability"]:
        yield Offer(
            source="instance_types",
            instance=f"{item.get('cloud', '')} {item['shade_instance_type']}".strip(),
            gpu_label=_label(setup),
            gpu_count=Decimal(str(setup["num_gpus"])),
            gpu_memory=f"{memory} GB" if memory else "",
            region=str(place.get("region", "")),
            pricing_model="on_demand",
            price=cents.scaleb(-2),
            price_unit="instance_hour",
            availability="available" if place.get("available") else "sold_out",
            text=clip(f"{item.get('cloud')} {item['shade_instance_type']} {place.get('region')} {cents} cents an hour"),
            **machine_facts(
                vcpus=setup.get("vcpus"), ram_gb=setup.get("memory_in_gb"), disk_gb=setup.get("storage_in_gb")
            ),
        )


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
