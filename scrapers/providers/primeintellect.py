"""Prime Intellect: an aggregator's list of available machines of other clouds, priced per machine; it needs a key."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from scrapers.model import Availability, Offer, Page, Provider, Request, clip
from scrapers.parsing.embedded_json import objects_with
from scrapers.parsing.json_stream import amount, documents
from scrapers.parsing.machine_facts import machine_facts
from scrapers.parsing.table_offers import require_offers

_STATES: dict[str, Availability] = {"Available": "available", "High": "available", "Medium": "available"}
_STATES |= {"Low": "limited", "Unavailable": "sold_out"}


def parse(page: Page) -> Iterator[Offer]:
    """Yield an offer per machine. An empty list is a fault: a replica of theirs is known to answer so.

    Schema: https://docs.primeintellect.ai/api-reference/availability/get-gpu-availability
    """
    items = (item for root in documents(page) for item in objects_with(root, "gpuType", "gpuCount", "prices"))
    yield from require_offers(
        page, (offer for item in items for offer in _offer(page, item)), "items with gpuType and prices"
    )


def _offer(page: Page, item: dict[str, Any]) -> Iterator[Offer]:
    price = amount(page, (item["prices"] or {}).get("onDemand"))
    if price is None or not item["gpuCount"]:
        return
    disk = item.get("disk") or {}
    yield Offer(
        source="availability",
        instance=f"{item.get('provider', '')} {item.get('cloudId', '')}".strip(),
        gpu_label=f"{item['gpuType']} {item.get('socket') or ''}".replace("_", " ").strip(),
        gpu_count=Decimal(str(item["gpuCount"])),
        gpu_memory=f"{item['gpuMemory']} GB" if item.get("gpuMemory") else "",
        gpu_memory_is_total=True,
        region=str(item.get("dataCenter") or item.get("country") or ""),
        pricing_model="spot" if item.get("isSpot") else "on_demand",
        price=price,
        price_unit="instance_hour",
        availability=_STATES.get(str(item.get("stockStatus")), "unknown"),
        text=clip(
            f"{item.get('provider')} {item.get('cloudId')} {item['gpuType']} onDemand {item['prices']['onDemand']}"
        ),
        **machine_facts(
            vcpus=(item.get("vcpu") or {}).get("defaultCount"),
            ram_gb=(item.get("memory") or {}).get("defaultCount"),
            disk_gb=disk.get("defaultCount") if disk.get("defaultIncludedInPrice") else None,
            interconnect=" ".join(str(item[k]) for k in ("interconnectType", "interconnect") if item.get(k)),
        ),
    )


PROVIDER = Provider(
    slug="primeintellect",
    name="Prime Intellect",
    requests=(
        Request(
            "https://api.primeintellect.ai/api/v1/availability/gpus",
            "availability",
            headers={"Authorization": "Bearer {GPUHOUR_PRIMEINTELLECT_TOKEN}", "Accept": "application/json"},
        ),
    ),
    parse=parse,
    access="API with a key",
    publishes="on-demand of other clouds, with stock",
    units="per instance-hour",
    note="an aggregator: its prices never count as the clouds' own",
    kind="aggregator",
    aliases=("prime",),
    basis="documented",
)
