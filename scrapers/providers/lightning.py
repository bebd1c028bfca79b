"""Lightning AI: the catalog of machines behind its price page, priced per machine; its own, not other clouds'."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from scrapers.model import Offer, Page, Provider, Request
from scrapers.parsing.json_stream import objects
from scrapers.parsing.object_offers import ObjectLayout, object_offers, text_of
from scrapers.parsing.table_offers import require_offers

_MACHINE = ObjectLayout(
    source="accelerators",
    needs=("resources", "cost"),
    instance="{slugMultiCloud|slug|instanceId}",
    count="resources.gpu",
    prices={"cost": "on_demand"},
    product="machine",
    facts={"vcpus": "resources.cpu", "ram_mib": "resources.memoryMb", "disk_gb": "resources.storageGb"},
)
_SPOT = replace(_MACHINE, prices={"spotPrice": "spot"})  # 0: there is no spot


def parse(page: Page) -> Iterator[Offer]:
    """Yield on-demand and spot prices per hour of each machine with GPUs; a credit is a dollar."""
    offers = (offer for item in objects(page, "accelerator") for offer in _offers(page, item))
    yield from require_offers(page, offers, "accelerators with cost and resources")


def _offers(page: Page, item: dict[str, Any]) -> Iterator[Offer]:
    label = text_of(item, "{resources.gpuType|family}").replace("-", " ")
    for layout, full in ((_MACHINE, "outOfCapacity"), (_SPOT, "outOfCapacitySpot")):
        is_gone = item.get("enabled") is False or item.get(full) is True
        state = "sold_out" if is_gone else "available" if full in item else "unknown"
        yield from object_offers(page, item, layout, gpu_label=label, availability=state)


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
