"""Latitude.sh: bare metal by region, priced by the hour, the month and the year, in the stream of its price page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from scrapers.model import Availability, Offer, Page, Provider, Request
from scrapers.parsing.embedded_json import objects_with, stream
from scrapers.parsing.object_offers import ObjectLayout, object_offers
from scrapers.parsing.table_offers import require_offers

_PLAN = ObjectLayout(
    source="pricing_page",
    instance="{slug}",
    label="{specs.gpu.type}",
    count="specs.gpu.count",
    memory="{specs.gpu.vram_per_gpu} GB",
    places="regions",
    region="{place.name}",
    prices={"place.pricing.USD.hour": "on_demand"},
    facts={"ram_gb": "specs.memory.total"},
)
# Below 730 times the hour: a month is committed.
_MONTH = replace(_PLAN, prices={"place.pricing.USD.month": "reserved"}, unit="month")
_YEAR = replace(_PLAN, prices={"place.pricing.USD.year": "reserved"}, unit="term_total")
_STATES: dict[str, Availability] = {
    "unavailable": "sold_out",
    "low": "limited",
    "medium": "available",
    "high": "available",
}


def parse(page: Page) -> Iterator[Offer]:
    """Yield the offers of every plan with a GPU, by region, in USD; prices in reais repeat them."""
    plans = (plan for value in stream(page) for plan in objects_with(value, "slug", "specs", "regions"))
    yield from require_offers(
        page, (offer for plan in plans for offer in _plan(page, plan)), "plans with specs.gpu and regions"
    )


def _plan(page: Page, plan: dict[str, Any]) -> Iterator[Offer]:
    for region in plan["regions"]:
        one = {**plan, "regions": [region]}
        for layout, months in ((_PLAN, None), (_MONTH, 1), (_YEAR, 12)):
            state = _STATES.get(str(region.get("stock_level")), "unknown")
            yield from object_offers(page, one, layout, term_months=months, availability=state)


PROVIDER = Provider(
    slug="latitude",
    name="Latitude.sh",
    requests=(Request("https://www.latitude.sh/pricing", "pricing_page", ends_with="</html>"),),
    parse=parse,
    access="HTML page (data in its scripts)",
    publishes="on-demand, monthly and yearly; stock by region",
    units="per instance: hour, month, year",
    expects=("H100",),
)
