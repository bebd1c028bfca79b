"""Seeweb: plans of its API, which needs a key and names no currency: held until a person has confirmed the currency."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from scrapers.model import LayoutError, Offer, Page, Provider, Request, clip
from scrapers.parsing.json_stream import amount, objects


def parse(page: Page) -> Iterator[Offer]:
    """Yield an offer per plan with GPUs and region. `available` says that a plan is sold, not that it is in stock."""
    for plan in objects(page, "plans"):
        if not {"name", "gpu", "hourly_price"} <= plan.keys():
            raise LayoutError(page, "name, gpu and hourly_price of a plan", str(plan))
        yield from _plan(page, plan)


def _plan(page: Page, plan: dict[str, Any]) -> Iterator[Offer]:
    price = amount(page, plan["hourly_price"])
    if price is None or not Decimal(str(plan["gpu"] or 0)):
        return
    for region in plan.get("available_regions") or [{}]:
        yield Offer(
            source="plans",
            instance=str(plan["name"]),
            gpu_label=str(plan.get("gpu_label") or ""),
            gpu_count=Decimal(str(plan["gpu"])),
            region=str(region.get("location", "")),
            pricing_model="on_demand",
            price=price,
            currency="EUR",
            price_unit="instance_hour",
            text=clip(f"{plan['name']} {plan.get('gpu_label')} hourly_price {plan['hourly_price']}"),
        )


PROVIDER = Provider(
    slug="seeweb",
    name="Seeweb",
    requests=(
        Request(
            "https://api.seeweb.it/ecs/v2/plans",
            "plans",
            headers={"X-APITOKEN": "{GPUHOUR_SEEWEB_TOKEN}", "Accept": "application/json"},
            ends_with="}",
        ),
    ),
    parse=parse,
    access="API with a key",
    publishes="on-demand by region",
    units="per instance-hour, presumably in EUR",
    note="the API names no currency",
    basis="unverified",
)
