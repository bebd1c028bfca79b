"""Lightning AI: the catalog of machines behind its price page, priced per machine; its own, not other clouds'."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from scrapers.model import LayoutError, Offer, Page, PricingModel, Provider, Request, clip
from scrapers.parsing.json_stream import amount, objects
from scrapers.parsing.machine_facts import machine_facts, positive
from scrapers.parsing.table_offers import require_offers

_PRICES: tuple[tuple[str, PricingModel, str], ...] = (
    ("cost", "on_demand", "outOfCapacity"),
    ("spotPrice", "spot", "outOfCapacitySpot"),  # 0: there is no spot
)


def parse(page: Page) -> Iterator[Offer]:
    """Yield on-demand and spot prices per hour of each machine with GPUs; a credit is a dollar."""
    offers = (offer for item in objects(page, "accelerator") for offer in _offers(page, item))
    yield from require_offers(page, offers, "accelerators with cost and resources")


def _offers(page: Page, item: dict[str, Any]) -> Iterator[Offer]:
    resources = item.get("resources")
    if not isinstance(resources, dict) or "cost" not in item:
        raise LayoutError(page, "cost and resources of an accelerator", str(item))
    name = str(item.get("slugMultiCloud") or item.get("slug") or item.get("instanceId") or "")
    if not resources.get("gpu") or not name:
        return
    memory = positive(resources.get("memoryMb"))
    for key, model, full in _PRICES:
        price = amount(page, item.get(key))
        if price is None:
            continue
        is_gone = item.get("enabled") is False or item.get(full) is True
        yield Offer(
            source="accelerators",
            instance=name,
            gpu_label=str(resources.get("gpuType") or item.get("family") or "").replace("-", " "),
            gpu_count=Decimal(str(resources["gpu"])),
            region="global",
            pricing_model=model,
            price=price,
            price_unit="instance_hour",
            availability="sold_out" if is_gone else "available" if full in item else "unknown",
            product="machine",
            text=clip(f"{name} {resources['gpu']}x {resources.get('gpuType')} {key} {item[key]}"),
            **machine_facts(
                vcpus=resources.get("cpu"), ram_gb=memory / 1024 if memory else None, disk_gb=resources.get("storageGb")
            ),
        )


PROVIDER = Provider(
    slug="lightning",
    name="Lightning AI",
    requests=(
        Request("https://lightning.ai/v1/core/accelerators?cloudProvider=MACHINE", "accelerators", expect="json"),
    ),
    parse=parse,
    access="public API",
    publishes="on-demand and spot, of its own machines",
    units="per instance-hour",
    basis="documented",
    expects=("H100",),
)
