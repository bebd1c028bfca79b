"""E2E Networks: linked data of its price page, in rupees, one offer per GPU instance."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from scrapers.model import Availability, LayoutError, Offer, Page, Provider, Request, clip
from scrapers.parsing.accelerator_labels import names_accelerator
from scrapers.parsing.embedded_json import objects_with, scripts
from scrapers.parsing.json_stream import amount
from scrapers.parsing.price_words import unit
from scrapers.parsing.table_offers import require_offers
from scrapers.parsing.text import count_prefix

_MEMORY = re.compile(r"(\d+(?:\.\d+)?\s*GB)\s+(?:VRAM|GPU memory)", re.IGNORECASE)
_STATES: dict[str, Availability] = {
    "InStock": "available",
    "LimitedAvailability": "limited",
    "OutOfStock": "sold_out",
    "SoldOut": "sold_out",
    "PreOrder": "waitlist",
    "BackOrder": "waitlist",
}


def parse(page: Page) -> Iterator[Offer]:
    """Yield the offers of the catalog in the page's linked data; CPU instances are left out."""
    items = (item for value in scripts(page, "ld+json") for item in objects_with(value, "priceCurrency", "itemOffered"))
    yield from require_offers(
        page, (offer for item in items for offer in _offer(page, item)), "an Offer of a GPU instance"
    )


def _offer(page: Page, item: dict[str, Any]) -> Iterator[Offer]:
    name, category = str(item.get("name", "")), str(item.get("category", ""))
    price = amount(page, item.get("price"))
    if price is None or not names_accelerator(name) or "CPU" in category.upper().split():
        return
    specification = item.get("priceSpecification") or {}
    if amount(page, specification.get("price", item["price"])) != price:
        raise LayoutError(page, "one price in an offer and its specification", str(item))
    description = str(item["itemOffered"].get("description", ""))
    memory, time = _MEMORY.search(description), str(specification.get("unitText", ""))
    count, label = count_prefix(re.sub(r"\s*GPU Cloud Instance\s*$", "", name, flags=re.IGNORECASE))
    yield Offer(
        source="pricing_page",
        # Two A100s share one name.
        instance=f"{name} {memory[1]}" if memory else name,
        gpu_label=label,
        gpu_count=count or Decimal(1),  # a name in the singular means one GPU
        gpu_memory=memory[1] if memory else "",
        region="global",
        pricing_model="on_demand",
        price=price,
        currency=str(item["priceCurrency"]),
        price_unit=unit(page, time, "instance_hour"),
        availability=_STATES.get(str(item.get("availability", "")).rpartition("/")[2], "unknown"),
        text=clip(f"{name} | {description} | {item['priceCurrency']} {item['price']} {time}"),
    )


PROVIDER = Provider(
    slug="e2e",
    name="E2E Networks",
    requests=(Request("https://www.e2enetworks.com/pricing", "pricing_page", ends_with="</html>"),),
    parse=parse,
    access="HTML page (linked data)",
    publishes="on-demand",
    units="per instance-hour, in INR",
    aliases=("e2enetworks",),
    expects=("H100", "H200", "A100", "L40S"),
)
