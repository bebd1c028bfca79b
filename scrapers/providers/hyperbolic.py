"""Hyperbolic: a marketplace's list of rentable machines, priced in cents for all GPUs of a machine together."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from scrapers.model import Availability, Hints, LayoutError, Offer, Page, Provider, Request, clip
from scrapers.parsing.json_stream import amount, objects
from scrapers.parsing.machine_facts import machine_facts, total
from scrapers.parsing.table_offers import require_offers


def parse(page: Page) -> Iterator[Offer]:
    """Yield an offer per machine and region. The supplier's share (providerCostPerHourCents) is not a price."""
    offers = (offer for item in objects(page, "options") for offer in _offer(page, item))
    yield from require_offers(page, offers, "options with costPerHourCents")


def _offer(page: Page, item: dict[str, Any]) -> Iterator[Offer]:
    if not {"costPerHourCents", "gpuCount", "gpuType", "region"} <= item.keys():
        raise LayoutError(page, "costPerHourCents, gpuCount, gpuType and region of an option", str(item))
    cents = amount(page, item["costPerHourCents"])
    if cents is None or item.get("enabled") is False:
        return
    nodes = item.get("nodes") or [{}]
    label = f"{item['gpuType']} {item.get('gpuFormFactor') or ''}".strip()
    kinds = [item.get(key) for key in ("machineType", "connectionType", "ethernetVariant")]
    cores = [f"{nodes[0][key]} {key}" for key in ("vcpuCount", "cpuCount") if nodes[0].get(key)]
    yield Offer(
        source="rental_options",
        instance=" ".join(str(part) for part in (f"{item['gpuCount']}x", label, *kinds, *cores) if part),
        gpu_label=label,
        gpu_count=Decimal(str(item["gpuCount"])),
        region=str(item["region"]),
        pricing_model="on_demand",
        price=cents.scaleb(-2),
        price_unit="instance_hour",
        availability=_state(item.get("totalAvailable")),
        text=clip(f"{item['gpuCount']}x {label} {item['region']} costPerHourCents {item['costPerHourCents']}"),
        **machine_facts(
            vcpus=total(node.get("vcpuCount") for node in nodes),
            ram_gb=total(node.get("ramGb") for node in nodes),
            disk_gb=total(node.get("storageGb") for node in nodes),
            interconnect=item.get("connectionType"),
        ),
    )


def _state(free: object) -> Availability:
    return "unknown" if free is None else "available" if free else "sold_out"


_OLD = "https://api.hyperbolic.xyz/v2/marketplace"
PROVIDER = Provider(
    slug="hyperbolic",
    name="Hyperbolic",
    requests=(
        Request(
            "https://api.hyperbolic.ai/v2/alpha/on-demand/rental-options",
            "rental_options",
            expect="json",
            alternatives=(
                Request(f"{_OLD}/rental-options", "rental_options", expect="json"),
                Request(f"{_OLD}/virtual-machine-options", "rental_options", expect="json"),
            ),
        ),
    ),
    parse=parse,
    access="public API",
    publishes="on-demand, virtual machines and bare metal",
    units="per instance-hour, in cents",
    kind="marketplace",
    expects=("H100",),
    hints=Hints(fields_left_out=((r"\.providerCostPerHourCents=", "the supplier's share of the price"),)),
)
