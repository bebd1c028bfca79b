"""Vultr: public lists of plans, whose GPU fractions follow from memory, and of bare metal, identified by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

from scrapers.model import Hints, LayoutError, Offer, Page, Provider, Request
from scrapers.parsing.json_stream import items
from scrapers.parsing.machine_facts import positive
from scrapers.parsing.object_offers import ObjectLayout, at, object_offers, text_of

_API = "https://api.vultr.com/v2"


_PLAN = ObjectLayout(
    source="plans",
    needs=("id",),
    instance="{id}",
    label="{gpu_type}",
    memory="{gpu_vram_gb} GB",
    memory_is_total=True,
    places="locations",
    region="{place}",
    prices={"hourly_cost": "on_demand", "hourly_cost_preemptible": "spot"},
    free="locations",
    facts={"vcpus": "vcpu_count|cpu_threads", "ram_mib": "ram"},
)


def parse(page: Page) -> Iterator[Offer]:
    """Yield an offer per plan with GPUs, location and pricing model. Raises LayoutError for an answer without plans."""
    plans = [*items(page, "plans.item"), *items(page, "plans_metal.item")]
    if not plans:
        raise LayoutError(page, "plans or plans_metal", page.text()[:200])
    for plan in plans:
        if at(plan, "gpu_type") or re.search(r"-gpu\b", text_of(plan, "{id}")):
            disk, n = positive(plan.get("disk")), positive(plan.get("disk_count")) or 1
            yield from object_offers(page, plan, _PLAN, local_disk_gb=disk * n if disk else None)


def follow(page: Page) -> Iterator[Request]:
    """Yield the next page of an answer, if it names one."""
    cursor = next(items(page, "meta.links.next"), "")
    if cursor:
        yield _request("plans-metal" if "plans-metal" in page.url else "plans", f"&cursor={quote(str(cursor))}")


def _request(kind: str, cursor: str = "") -> Request:
    query = "per_page=500" if kind == "plans-metal" else "type=all&per_page=500"
    return Request(f"{_API}/{kind}?{query}{cursor}", "plans", expect="json", ends_with="}")


PROVIDER = Provider(
    slug="vultr",
    name="Vultr",
    requests=(_request("plans"), _request("plans-metal")),
    parse=parse,
    follow=follow,
    access="public API",
    publishes="on-demand, preemptible; fractions of a GPU; bare metal",
    units="per instance-hour",
    expects=("A100", "H100"),
    hints=Hints(fields_left_out=((r"\.monthly_cost", "what a month costs at most, beside the price of its hours"),)),
)
