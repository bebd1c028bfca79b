"""TensorDock: a marketplace whose hosts price GPU, vCPU, memory and storage apart."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from scrapers.model import Offer, Page, Provider, Request
from scrapers.parsing.embedded_json import objects_with
from scrapers.parsing.json_stream import documents
from scrapers.parsing.object_offers import ObjectLayout, object_offers
from scrapers.parsing.table_offers import require_offers


def parse(page: Page) -> Iterator[Offer]:
    """Yield the price of the bare GPU of each host (the API of 2024) or location (the one since)."""
    roots = list(documents(page))
    hosts = (host for root in roots for host in objects_with(root, "gpu", "cpu", "ram"))
    places = (place for root in roots for place in objects_with(root, "city", "gpus"))
    offers = (*(o for host in hosts for o in _host(page, host)), *(o for place in places for o in _place(page, place)))
    yield from require_offers(page, offers, "hosts with gpu, cpu and ram, or locations with gpus")


_GPU = ObjectLayout(
    source="locations",
    instance="{name|v0Name|displayName}",
    label="{name|v0Name|displayName}",
    memory="{vram} GB",
    prices={"price|price_per_hr": "on_demand"},
    unit="gpu_hour",
    scope="gpu_component",
    free="amount|max_count",
)


def _host(page: Page, host: dict[str, Any]) -> Iterator[Offer]:
    gpus = host["gpu"] if isinstance(host["gpu"], dict) else {}
    for name, gpu in gpus.items():
        of_host = {"source": "hostnodes", "region": "", "gpu_count": Decimal(1)}
        yield from object_offers(page, {**gpu, "name": name}, _GPU, **of_host)


def _place(page: Page, place: dict[str, Any]) -> Iterator[Offer]:
    region = ", ".join(str(place[key]) for key in ("city", "stateprovince", "country") if place.get(key))
    for gpu in place["gpus"]:
        yield from object_offers(page, gpu, _GPU, gpu_count=Decimal(1), region=region)


PROVIDER = Provider(
    slug="tensordock",
    name="TensorDock",
    requests=(
        Request(
            "https://dashboard.tensordock.com/api/v2/locations",
            "locations",
            headers={"Authorization": "Bearer {GPUHOUR_TENSORDOCK_TOKEN}", "Accept": "application/json"},
            ends_with="}",
        ),
    ),
    parse=parse,
    access="API with a key",
    publishes="on-demand, by component",
    units="per GPU component and hour; vCPU, GiB and storage extra",
    kind="marketplace",
)
