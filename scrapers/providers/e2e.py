"""E2E Networks: linked data in rupees and a table in the currency of the chosen region, on one page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from scrapers.model import Availability, Fact, LayoutError, Offer, Page, PriceUnit, Provider, Request, clip
from scrapers.parsing.accelerator_labels import names_accelerator
from scrapers.parsing.embedded_json import objects_with, scripts
from scrapers.parsing.html_tables import TableRow, table_rows
from scrapers.parsing.json_stream import amount, documents
from scrapers.parsing.price_words import months, unit
from scrapers.parsing.table_offers import require_offers
from scrapers.parsing.text import count_prefix, price, soup

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
    """Yield the offers of the catalog in the page's linked data, and of its table; CPU instances are left out.

    Both state the same machines, in two currencies: each is an offer of its own.
    """
    is_json = page.read().lstrip()[:1] in (b"{", b"[")
    roots = list(documents(page) if is_json else scripts(page, "ld+json"))
    items = (item for root in roots for item in objects_with(root, "priceCurrency", "itemOffered"))
    offers = [
        *(offer for item in items for offer in _offer(page, item)),
        *(offer for row in table_rows(soup(page)) for offer in _row(page, row)),
    ]
    yield from require_offers(page, offers, "an Offer of a GPU instance, or a table with a GPU and prices")


def _row(page: Page, row: TableRow) -> Iterator[Offer]:
    """Read a row of the table: by the hour, and the totals of a month and of a year, which are commitments."""
    label, memory = row.get("ITEM", "GPU"), row.get("VRAM")
    if row.column("ITEM", "GPU") is None or not names_accelerator(label):
        return
    for title, cell in zip(row.header, row.texts, strict=True):
        money = price(page, cell)
        if money is None:
            continue
        term = _TOTALS.get(title.split()[0].split("/")[0]) if "HOUR" not in title else None
        commitment = term or months(title)
        yield Offer(
            source="pricing_table",
            instance=f"{label} {memory} GB" if memory else label,
            gpu_label=label,
            gpu_count=Decimal(1),
            gpu_memory=f"{memory} GB" if re.fullmatch(r"[\d.]+", memory) else memory,
            region="global",
            pricing_model="reserved" if commitment else "on_demand",
            term_months=commitment,
            price=money.amount,
            currency=money.currency,
            price_unit=_TOTAL_UNITS[term] if term else unit(page, f"{title} {money.unit}", "gpu_hour"),
            product="machine",
            text=clip(f"{label} {memory} | {title} | {cell}"),
        )


_TOTAL_UNITS: dict[int, PriceUnit] = {1: "month", 12: "term_total"}
_TOTALS = {"MONTHLY": 1, "ANNUALLY": 12, "YEARLY": 12, "ANNUAL": 12}


def _offer(page: Page, item: dict[str, Any]) -> Iterator[Offer]:
    name, category = str(item.get("name", "")), str(item.get("category", ""))
    stated = amount(page, item.get("price"))
    if stated is None or not names_accelerator(name) or "CPU" in category.upper().split():
        return
    specification = item.get("priceSpecification") or {}
    if amount(page, specification.get("price", item["price"])) != stated:
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
        price=stated,
        currency=str(item["priceCurrency"]),
        price_unit=unit(page, time, "instance_hour"),
        availability=_STATES.get(str(item.get("availability", "")).rpartition("/")[2], "unknown"),
        text=clip(f"{name} | {description} | {item['priceCurrency']} {item['price']} {time}"),
    )


_PAGE = "https://www.e2enetworks.com/pricing"
PROVIDER = Provider(
    slug="e2e",
    name="E2E Networks",
    requests=(
        Request(
            f"{_PAGE}?region=us",  # the table in USD, the linked data in rupees
            "pricing_page",
            ends_with="</html>",
            alternatives=(
                Request(_PAGE, "pricing_page", ends_with="</html>"),
                Request(f"{_PAGE}.json", "pricing_page", expect="json"),
            ),
        ),
    ),
    parse=parse,
    access="HTML page (linked data and a table)",
    publishes="on-demand, 1 and 12 months",
    units="per instance-hour, in INR and USD; months and years as totals",
    aliases=("e2enetworks",),
    expects=("H100", "H200", "A100", "L40S"),
    facts=(
        Fact("currency", "linked data in rupees, a table in the currency of ?region=", "2026-08-22", "recorded page"),
        Fact("unit", "the table's months and years are totals", "2026-08-22", "recorded page"),
        Fact("trap", "two A100s share one name; the memory tells them apart", "2026-08-22", "recorded page"),
    ),
)
