"""Prime Intellect: an aggregator's list of available machines of other clouds, priced per machine; it needs a key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from scrapers.model import Availability, Offer, Page, Provider, Request
from scrapers.parsing.embedded_json import objects_with
from scrapers.parsing.json_stream import documents, items
from scrapers.parsing.machine_facts import positive
from scrapers.parsing.object_offers import ObjectLayout, at, object_offers, text_of
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


_MACHINE = ObjectLayout(
    source="availability",
    instance="{provider} {cloudId}",
    label="{gpuType} {socket}",
    count="gpuCount",
    memory="{gpuMemory} GB",
    memory_is_total=True,
    region="{dataCenter|country}",
    prices={"prices.onDemand|prices.communityPrice": "on_demand"},
    currency="{prices.currency}",
    facts={"vcpus": "vcpu.defaultCount", "ram_gb": "memory.defaultCount"},
)


def _offer(page: Page, item: dict[str, Any]) -> Iterator[Offer]:
    yield from object_offers(
        page,
        item,
        _MACHINE,
        pricing_model="spot" if item.get("isSpot") else "on_demand",
        availability=_STATES.get(str(item.get("stockStatus")), "unknown"),
        local_disk_gb=positive(at(item, "disk.defaultCount")) if at(item, "disk.defaultIncludedInPrice") else None,
        interconnect=text_of(item, "{interconnectType} {interconnect}"),
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
