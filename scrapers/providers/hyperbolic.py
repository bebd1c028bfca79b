"""Hyperbolic: a marketplace's list of rentable machines, priced in cents for all GPUs of a machine together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scrapers.model import Hints, Offer, Page, Provider, Request
from scrapers.parsing.json_stream import objects
from scrapers.parsing.machine_facts import machine_facts, total
from scrapers.parsing.object_offers import ObjectLayout, object_offers, text_of
from scrapers.parsing.table_offers import require_offers

_OPTION = ObjectLayout(
    source="rental_options",
    needs=("costPerHourCents", "gpuCount", "gpuType", "region"),
    instance="",
    label="{gpuType} {gpuFormFactor}",
    count="gpuCount",
    region="{region}",
    prices={"costPerHourCents": "on_demand"},  # providerCostPerHourCents is the supplier's share
    shift=-2,
    free="totalAvailable",
)


def parse(page: Page) -> Iterator[Offer]:
    """Yield an offer per machine and region."""
    offers = (offer for item in objects(page, "options") for offer in _offer(page, item))
    yield from require_offers(page, offers, "options with costPerHourCents")


def _offer(page: Page, item: dict[str, Any]) -> Iterator[Offer]:
    if item.get("enabled") is False:
        return
    nodes = item.get("nodes") or [{}]
    cores = [f"{nodes[0][key]} {key}" for key in ("vcpuCount", "cpuCount") if nodes[0].get(key)]
    kinds = "{gpuCount}x {gpuType} {gpuFormFactor} {machineType} {connectionType} {ethernetVariant}"
    facts = machine_facts(
        vcpus=total(node.get("vcpuCount") for node in nodes),
        ram_gb=total(node.get("ramGb") for node in nodes),
        disk_gb=total(node.get("storageGb") for node in nodes),
        interconnect=item.get("connectionType"),
    )
    yield from object_offers(page, item, _OPTION, instance=" ".join([text_of(item, kinds), *cores]), **facts)


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
