"""Prime Intellect: an aggregator's list of available machines of other clouds, priced per machine; it needs a key."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

from scrapers.model import Availability, Offer, Page, Provider, Request, clip
from scrapers.parsing.embedded_json import objects_with
from scrapers.parsing.json_stream import amount, documents, items
from scrapers.parsing.machine_facts import machine_facts
from scrapers.parsing.table_offers import require_offers

_STATES: dict[str, Availability] = {"Available": "available", "High": "available", "Medium": "available"}
_STATES |= {"Low": "limited", "Unavailable": "sold_out"}


def parse(page: Page) -> Iterator[Offer]:
    """Yield an offer per machine. An empty list is a fault: a replica of theirs is known to answer so.

    Schema: https://docs.primeintellect.ai/api-reference/availability/get-gpu-availability
    """
    machines = (item for root in documents(page) for item in objects_with(root, "gpuType", "gpuCount", "prices"))
    yield from require_offers(
        page, (offer for item in machines for offer in _offer(page, item)), "items with gpuType and prices"
    )


def _offer(page: Page, item: dict[str, Any]) -> Iterator[Offer]:
    prices = item["prices"] or {}
    kind = next((kind for kind in ("onDemand", "communityPrice") if amount(page, prices.get(kind))), "onDemand")
    price = amount(page, prices.get(kind))
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
        currency=str(prices.get("currency") or ""),
        price_unit="instance_hour",
        availability=_STATES.get(str(item.get("stockStatus")), "unknown"),
        text=clip(f"{item.get('provider')} {item.get('cloudId')} {item['gpuType']} {kind} {prices[kind]}"),
        **machine_facts(
            vcpus=(item.get("vcpu") or {}).get("defaultCount"),
            ram_gb=(item.get("memory") or {}).get("defaultCount"),
            disk_gb=disk.get("defaultCount") if disk.get("defaultIncludedInPrice") else None,
            interconnect=" ".join(str(item[k]) for k in ("interconnectType", "interconnect") if item.get(k)),
        ),
    )


_API = "https://api.primeintellect.ai/api/v1/availability"
_PAGE = 100  # rows per answer, the most that the API gives


def follow(page: Page) -> Iterator[Request]:
    """Yield the next page of a list, as long as its totalCount says that there are more rows."""
    parts = urlsplit(page.url)
    number = int(parse_qs(parts.query).get("page", ["1"])[0])
    total = next(items(page, "totalCount"), 0)
    if isinstance(total, int) and number * _PAGE < total:
        yield _request(parts.path.rpartition("/")[2], number + 1)


def _request(kind: str, number: int = 1) -> Request:
    headers = {"Authorization": "Bearer {GPUHOUR_PRIMEINTELLECT_TOKEN}", "Accept": "application/json"}
    return Request(f"{_API}/{kind}?page={number}&page_size={_PAGE}", "availability", headers=headers)


PROVIDER = Provider(
    slug="primeintellect",
    name="Prime Intellect",
    requests=(_request("gpus"), _request("multi-node")),
    parse=parse,
    follow=follow,
    access="API with a key",
    publishes="on-demand of other clouds, with stock",
    units="per instance-hour",
    note="an aggregator: its prices never count as the clouds' own",
    kind="aggregator",
    aliases=("prime",),
    basis="documented",
)
