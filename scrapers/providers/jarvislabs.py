"""JarvisLabs: the API's list of servers by region, priced per GPU; it needs a key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scrapers.model import Availability, LayoutError, Offer, Page, PricingModel, Provider, Request, clip
from scrapers.parsing.json_stream import amount, objects
from scrapers.parsing.machine_facts import machine_facts
from scrapers.parsing.table_offers import require_offers

_PRICES: tuple[tuple[str, PricingModel, str], ...] = (
    ("price_per_hour", "on_demand", "num_free_devices"),
    ("spot_price", "spot", "spot_num_free_devices"),
)


def parse(page: Page) -> Iterator[Offer]:
    """Yield on-demand and spot prices per GPU-hour of each server; servers without GPUs are in another list."""
    offers = (offer for item in objects(page, "server_meta") for offer in _offers(page, item))
    yield from require_offers(page, offers, "server_meta with gpu_type and price_per_hour")


def _offers(page: Page, item: dict[str, Any]) -> Iterator[Offer]:
    if not {"gpu_type", "region", "price_per_hour"} <= item.keys():
        raise LayoutError(page, "gpu_type, region and price_per_hour of a server", str(item))
    for key, model, free in _PRICES:
        price = amount(page, item.get(key))
        if price is None:
            continue
        kind = item.get("workload_type")
        yield Offer(
            source="server_meta",
            instance=f"{item['gpu_type']} {kind}" if kind else str(item["gpu_type"]),
            gpu_label=str(item["gpu_type"]),
            gpu_memory=f"{item['vram']} GB" if item.get("vram") else "",
            region=str(item["region"]),
            pricing_model=model,
            price=price,
            price_unit="gpu_hour",
            availability=_state(item.get(free)),
            text=clip(f"{item['gpu_type']} {item['region']} {kind or ''} {key} {item[key]}"),
            **machine_facts(vcpus=item.get("cpus_per_gpu"), ram_gb=item.get("ram_per_gpu")),  # of one with one GPU
        )


def _state(free: object) -> Availability:
    return "unknown" if free is None else "available" if free else "sold_out"


PROVIDER = Provider(
    slug="jarvislabs",
    name="JarvisLabs",
    requests=(
        Request(
            "https://backendprod.jarvislabs.net/misc/server_meta",
            "server_meta",
            headers={"Authorization": "Bearer {GPUHOUR_JARVISLABS_TOKEN}", "Accept": "application/json"},
            ends_with="}",
        ),
    ),
    parse=parse,
    access="API with a key",
    publishes="on-demand, spot, available GPUs by region",
    units="per GPU-hour",
    expects=("H100", "L4"),
)
