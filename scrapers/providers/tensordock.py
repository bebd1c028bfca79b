"""TensorDock: a marketplace whose hosts price GPU, vCPU, memory and storage apart."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from scrapers.model import Offer, Page, Provider, Request, clip
from scrapers.parsing.embedded_json import objects_with
from scrapers.parsing.json_stream import amount, documents
from scrapers.parsing.table_offers import require_offers


def parse(page: Page) -> Iterator[Offer]:
    """Yield the price of the bare GPU of each host (the API of 2024) or location (the one since)."""
    roots = list(documents(page))
    hosts = (host for root in roots for host in objects_with(root, "gpu", "cpu", "ram"))
    places = (place for root in roots for place in objects_with(root, "city", "gpus"))
    offers = [
        *(offer for host in hosts for offer in _host(page, host)),
        *(offer for place in places for offer in _place(page, place)),
    ]
    yield from require_offers(page, offers, "hosts with gpu, cpu and ram, or locations with gpus")


def _host(page: Page, host: dict[str, Any]) -> Iterator[Offer]:
    gpus = host["gpu"] if isinstance(host["gpu"], dict) else {}
    for name, gpu in gpus.items():
        memory = f"{gpu['vram']} GB" if gpu.get("vram") else ""
        yield from _offer(page, name, gpu.get("price"), memory, gpu.get("amount"), "", "hostnodes")


def _place(page: Page, place: dict[str, Any]) -> Iterator[Offer]:
    region = ", ".join(str(place[key]) for key in ("city", "stateprovince", "country") if place.get(key))
    for gpu in place["gpus"]:
        name = str(gpu.get("v0Name") or gpu.get("displayName") or "")
        yield from _offer(page, name, gpu.get("price_per_hr"), "", gpu.get("max_count"), region, "locations")


def _offer(
    page: Page, name: str, price: object, memory: str, free: object, region: str, source: str
) -> Iterator[Offer]:
    parsed = amount(page, price)
    if parsed is not None:
        yield Offer(
            source=source,
            instance=name,
            gpu_label=name,
            gpu_count=Decimal(1),
            gpu_memory=memory,
            region=region,
            pricing_model="on_demand",
            price=parsed,
            price_unit="gpu_hour",
            price_scope="gpu_component",
            availability="unknown" if free is None else "available" if free else "sold_out",
            text=clip(f"{name} {region} price {price} per GPU and hour"),
        )


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
