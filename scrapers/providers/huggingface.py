"""Hugging Face Endpoints: machines of other clouds by vendor and region, from the API that its own console asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from scrapers.model import Availability, Offer, Page, Provider, Request
from scrapers.parsing.embedded_json import objects_with
from scrapers.parsing.html_tables import TableRow, table_rows
from scrapers.parsing.json_stream import documents
from scrapers.parsing.object_offers import ObjectLayout, object_offers, text_of
from scrapers.parsing.price_words import page_time_unit
from scrapers.parsing.table_offers import TableLayout, require_offers, row_offers
from scrapers.parsing.text import soup

_TABLE = TableLayout(
    per="instance_hour",
    label=("ARCHITECTURE", "HARDWARE"),
    instance=("INSTANCE TYPE",),
    count=("GPUS", "ACCELERATORS"),
    memory=("GPU MEMORY", "ACCELERATOR MEMORY", "MEMORY"),
    memory_is_total=True,
)
_STATES: dict[str, Availability] = {"available": "available", "notAvailable": "sold_out", "deprecated": "sold_out"}


def parse(page: Page) -> Iterator[Offer]:
    """Yield an offer per machine with GPUs and region of the API, or the rows of the tables in the documentation."""
    if page.read().lstrip()[:1] != b"{":
        tree = soup(page)
        layout = replace(_TABLE, time=page_time_unit(tree.get_text(" ")))
        rows = (offer for row in table_rows(tree) for offer in _row(page, row, layout))
        yield from require_offers(page, rows, "a table with 'Hourly rate' and 'Architecture'")
        return
    vendors = [vendor for root in documents(page) for vendor in objects_with(root, "name", "regions")]
    offers = (
        offer
        for vendor in vendors
        for region in vendor["regions"]
        for item in region.get("computes") or ()
        for offer in _offer(page, vendor, region, item)
    )
    yield from require_offers(page, offers, "vendors with regions and computes")


def _row(page: Page, row: TableRow, layout: TableLayout) -> Iterator[Offer]:
    """Read a row: vendor and size make a machine of the type; what is deprecated can no longer be chosen."""
    for offer in row_offers(page, [row], layout):
        name = " ".join(filter(None, (row.get("PROVIDER"), row.get("INSTANCE TYPE"), row.get("INSTANCE SIZE"))))
        label, _, state = offer.gpu_label.partition(" - Deprecated")
        yield replace(
            offer,
            instance=name or offer.instance,
            gpu_label=label,
            gpu_count=offer.gpu_count or Decimal(1),  # "Nvidia A100" beside "8x Nvidia A100" is one
            availability="sold_out" if state else offer.availability,
            product="endpoint" if row.get("INSTANCE TYPE") else "",
        )


_MACHINE = ObjectLayout(
    source="provider_api",
    needs=("instanceType", "instanceSize", "pricePerHour"),
    instance="{vendor} {instanceType} {instanceSize}",
    count="numAccelerators",
    memory="{gpuMemoryGb} GB",
    memory_is_total=True,
    prices={"pricePerHour": "on_demand"},
    product="endpoint",
    facts={"vcpus": "numCpus", "ram_gb": "memoryGb"},
)


def _offer(
    page: Page, vendor: Mapping[str, Any], region: Mapping[str, Any], item: Mapping[str, Any]
) -> Iterator[Offer]:
    if item.get("accelerator") == "cpu":
        return
    label = text_of(item, "{architecture|instanceType}").replace("-", " ")
    states = {str(part.get("status")) for part in (vendor, region, item) if part.get("status")}
    more = {"region": str(region.get("name") or "global"), "availability": _state(states) if states else "unknown"}
    yield from object_offers(page, {**item, "vendor": vendor["name"]}, _MACHINE, gpu_label=label, **more)


def _state(states: set[str]) -> Availability:
    """Return what a machine's own, its region's and its vendor's states say together."""
    parts = {_STATES.get(state, "unknown") for state in states}
    return "available" if parts == {"available"} else "sold_out" if "sold_out" in parts else "unknown"


_DOCS = "https://huggingface.co/docs/inference-endpoints"
PROVIDER = Provider(
    slug="huggingface",
    name="Hugging Face Endpoints",
    requests=(
        Request(
            "https://api.endpoints.huggingface.cloud/v2/provider",
            "provider_api",
            expect="json",
            alternatives=(
                Request(f"{_DOCS}/support/pricing", "pricing_page", ends_with="</html>"),
                Request(f"{_DOCS}/pricing", "pricing_page", ends_with="</html>"),
            ),
        ),
    ),
    parse=parse,
    access="public API, HTML page",
    publishes="on-demand inference machines of other clouds, by region",
    units="per instance-hour",
    kind="aggregator",
    basis="documented",
)
