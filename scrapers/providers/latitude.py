"""Latitude.sh: bare metal by region, priced by the hour, the month and the year, in the stream of its price page."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from scrapers.model import Availability, Offer, Page, PriceUnit, PricingModel, Provider, Request, clip
from scrapers.parsing.embedded_json import objects_with, stream
from scrapers.parsing.json_stream import amount
from scrapers.parsing.machine_facts import machine_facts
from scrapers.parsing.table_offers import require_offers

_PERIODS: dict[str, tuple[PricingModel, int | None, PriceUnit]] = {
    "hour": ("on_demand", None, "instance_hour"),
    "month": ("reserved", 1, "month"),  # below 730 times the hour: a month is committed
    "year": ("reserved", 12, "term_total"),
}
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
    gpu = plan["specs"].get("gpu") if isinstance(plan["specs"], dict) else None
    if not isinstance(gpu, dict) or not gpu.get("count"):
        return
    for region in plan["regions"]:
        prices = (region.get("pricing") or {}).get("USD") or {}
        for period, (model, term, unit) in _PERIODS.items():
            price = amount(page, prices.get(period))
            if price is None:
                continue
            yield Offer(
                source="pricing_page",
                instance=str(plan["slug"]),
                gpu_label=str(gpu.get("type", "")),
                gpu_count=Decimal(str(gpu["count"])),
                gpu_memory=f"{gpu['vram_per_gpu']} GB" if gpu.get("vram_per_gpu") else "",
                region=str(region.get("name", "")),
                pricing_model=model,
                term_months=term,
                price=price,
                price_unit=unit,
                availability=_STATES.get(str(region.get("stock_level")), "unknown"),
                text=clip(f"{plan['slug']} {gpu.get('type')} {region.get('name')} USD {period} {prices[period]}"),
                **machine_facts(ram_gb=(plan["specs"].get("memory") or {}).get("total")),
            )


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
