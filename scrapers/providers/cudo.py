"""CUDO Compute: a marketplace feed of data centres that prices GPU, vCPU, memory and storage apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scrapers.model import LayoutError, Offer, Page, Provider, Request, clip
from scrapers.parsing.json_stream import amount, objects


def parse(page: Page) -> Iterator[Offer]:
    """Yield the price of the bare GPU of each machine type and data centre; CPU, memory and disk cost extra."""
    for machine in objects(page, "machineTypes"):
        if machine.get("gpuModel"):
            yield from _offer(page, machine)


def _offer(page: Page, machine: dict[str, Any]) -> Iterator[Offer]:
    price_per_hour = machine.get("gpuPriceHr")
    if not isinstance(price_per_hour, dict) or not machine.get("dataCenterId"):
        raise LayoutError(page, "gpuPriceHr and dataCenterId of a machine type", str(machine))
    price = amount(page, price_per_hour.get("value"))
    if price is None:
        return
    free = machine.get("maxGpuFree")
    yield Offer(
        source="machine_types",
        instance=str(machine["machineType"]),
        gpu_label=str(machine["gpuModel"]),
        region=str(machine["dataCenterId"]),
        pricing_model="on_demand",
        price=price,
        price_unit="gpu_hour",
        price_scope="gpu_component",
        availability="unknown" if free is None else "available" if free else "sold_out",
        text=clip(f"{machine['machineType']} {machine['gpuModel']} gpuPriceHr {price_per_hour['value']}"),
    )


PROVIDER = Provider(
    slug="cudo",
    name="CUDO Compute",
    requests=(
        Request("https://rest.compute.cudo.org/v1/vms/machine-types", "machine_types", expect="json", ends_with="}"),
    ),
    parse=parse,
    access="public API",
    publishes="on-demand, by component",
    units="per GPU component and hour; vCPU, GiB and storage extra",
    kind="marketplace",
    aliases=("cudocompute",),
)
