"""Vultr: public lists of plans, whose GPU fractions follow from memory, and of bare metal, identified by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from scrapers.model import Hints, LayoutError, Offer, Page, PricingModel, Provider, Request, clip
from scrapers.parsing.json_stream import amount, items
from scrapers.parsing.machine_facts import machine_facts, positive

_PRICES: tuple[tuple[str, PricingModel], ...] = (("hourly_cost", "on_demand"), ("hourly_cost_preemptible", "spot"))
_API = "https://api.vultr.com/v2"


def parse(page: Page) -> Iterator[Offer]:
    """Yield an offer per plan with GPUs, location and pricing model. Raises LayoutError for an answer without plans."""
    plans = [*items(page, "plans.item"), *items(page, "plans_metal.item")]
    if not plans:
        raise LayoutError(page, "plans or plans_metal", page.text()[:200])
    for plan in plans:
        if not isinstance(plan, dict) or "id" not in plan:
            raise LayoutError(page, "the id of a plan", str(plan))
        if plan.get("gpu_type") or re.search(r"-gpu\b", str(plan["id"])):
            yield from _plan(page, plan)


def _plan(page: Page, plan: dict[str, Any]) -> Iterator[Offer]:
    places = plan.get("locations") or []
    memory = plan.get("gpu_vram_gb")
    disk = positive(plan.get("disk"))
    facts = machine_facts(
        vcpus=plan.get("vcpu_count") or plan.get("cpu_threads"),
        ram_mib=plan.get("ram"),
        disk_gb=disk * (positive(plan.get("disk_count")) or 1) if disk else None,
    )
    for key, model in _PRICES:
        price = amount(page, plan.get(key))
        if price is None:
            continue
        for place in places or [""]:
            yield Offer(
                source="plans",
                instance=str(plan["id"]),
                gpu_label=str(plan.get("gpu_type") or "").replace("_", " "),
                gpu_memory=f"{memory} GB" if memory else "",
                gpu_memory_is_total=True,
                region=str(place),
                pricing_model=model,
                price=price,
                price_unit="instance_hour",
                availability="available" if places else "sold_out",
                text=clip(f"{plan['id']} {key} {plan[key]}"),
                **facts,
            )


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
