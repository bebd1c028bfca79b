"""CUDO Compute: a marketplace feed of data centres that prices GPU, vCPU, memory and storage apart."""

from __future__ import annotations

from scrapers.model import Provider, Request
from scrapers.parsing.object_offers import ObjectLayout, list_parser

# The price of the bare GPU of each machine type and data centre; CPU, memory and disk cost extra.
_MACHINE = ObjectLayout(
    source="machine_types",
    only="gpuModel",
    instance="{machineType}",
    label="{gpuModel}",
    region="{dataCenterId}",
    prices={"gpuPriceHr.value": "on_demand"},
    unit="gpu_hour",
    scope="gpu_component",
    free="maxGpuFree",
)
PROVIDER = Provider(
    slug="cudo",
    name="CUDO Compute",
    requests=(
        Request("https://rest.compute.cudo.org/v1/vms/machine-types", "machine_types", expect="json", ends_with="}"),
    ),
    parse=list_parser("machineTypes", _MACHINE),
    access="public API",
    publishes="on-demand, by component",
    units="per GPU component and hour; vCPU, GiB and storage extra",
    kind="marketplace",
    aliases=("cudocompute",),
)
