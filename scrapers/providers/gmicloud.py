"""GMI Cloud: cards that state a lower bound ("from"), which is not a price, and availability."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrapers.model import Availability, Offer, Page, Provider, Request, clip
from scrapers.parsing.price_cards import PRICED, cards
from scrapers.parsing.price_words import Column, quote, unit
from scrapers.parsing.table_offers import require_offers
from scrapers.parsing.text import soup

_PER = re.compile(r"(?P<cell>.+?\s*/\s*GPU[-\s/]*\w+)", re.IGNORECASE)
_PRICED_OR_NOT = re.compile(rf"{PRICED.pattern}|pre-?\s?order|contact", re.IGNORECASE)
_STATES: dict[str, Availability] = {"limited": "limited", "available now": "available", "sold out": "sold_out"}


def parse(page: Page) -> Iterator[Offer]:
    """Yield one offer per card; a card that says "from" has no price, and keeps its text."""
    offers = (
        offer
        for card in cards(soup(page), _PRICED_OR_NOT)
        for offer in _card(page, card.title, card.before, card.after)
    )
    yield from require_offers(page, offers, "a heading naming a GPU and '$x /GPU-hour'")


def _card(page: Page, label: str, badge: str, text: str) -> Iterator[Offer]:
    cell = _PER.match(text)
    price = quote(page, cell["cell"] if cell else text, Column("GPU-hour", "on_demand"))
    if price is None:
        return
    is_preorder = re.search(r"pre-?\s?order", text, re.IGNORECASE)
    state: Availability = next((state for words, state in _STATES.items() if words in badge.lower()), "unknown")
    yield Offer(
        source="pricing_page",
        instance=label,
        gpu_label=label,
        region="global",
        pricing_model="on_demand",
        price=price.price,
        currency=price.money.currency if price.money else "USD",
        price_unit=unit(page, price.money.unit, "gpu_hour") if price.money else "",
        price_status=price.status,
        availability="waitlist" if is_preorder else state,
        text=clip(f"{label} | {badge} | {text}"),
    )


PROVIDER = Provider(
    slug="gmicloud",
    name="GMI Cloud",
    requests=(Request("https://www.gmicloud.ai/pricing", "pricing_page", ends_with="</html>"),),
    parse=parse,
    access="HTML page",
    publishes="lower bounds only ('from $x'), not prices; availability",
    units="per GPU-hour",
)
