"""Paperspace: cards by machine; the most prominent prices are those of a three-year commitment, as footnotes say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from scrapers.model import LayoutError, Offer, Page, PriceUnit, Provider, Request, clip
from scrapers.parsing.price_cards import Card, cards
from scrapers.parsing.price_words import months, unit
from scrapers.parsing.table_offers import require_offers
from scrapers.parsing.text import BOUND, count_amounts, number, soup, squash

_PRICE = re.compile(r"\$\s*(?P<price>\d[\d.,]*)(?P<stars>\*+)?\s*(?P<unit>/\s*\w+)")
_NOTE = re.compile(r"(?<![\d*])(?P<stars>\*+)\s*\$(?P<price>[\d.]+)/\w+ pricing is for a (?P<term>[\w-]+) commitment")
_ON_DEMAND = re.compile(r"On-demand pricing for (?P<label>[\w-]+) is \$(?P<price>\d+\.\d+)\s*(?P<unit>/\s*\w+)")
_MANY = re.compile(r"^(?P<label>.*\S)x(?P<n>\d+)$")  # "H100x8"
_MEMORY = re.compile(r"(\d+)\s*GB GPU")
_PRICED = re.compile(r"\$\s*\d")


def parse(page: Page) -> Iterator[Offer]:
    """Yield an offer per card, and the on-demand prices that only a footnote states."""
    tree = soup(page)
    for hidden in tree.select(".hide, [hidden]"):
        hidden.decompose()
    text = squash(tree.get_text(" "))
    terms = {hit["stars"]: hit for hit in _NOTE.finditer(text)}
    offers = [offer for card in cards(tree, _PRICED) for offer in _card(page, card, terms)]
    yield from require_offers(page, [*offers, *_footnotes(page, text)], "a heading naming a GPU and '$ x / hour'")


def _card(page: Page, card: Card, terms: dict[str, re.Match[str]]) -> Iterator[Offer]:
    hits = list(_PRICE.finditer(card.after))
    if len(hits) != 1 or count_amounts(card.after) != 1:
        raise LayoutError(page, "one price in a card", f"{card.title} | {card.after}")
    (hit,) = hits
    price, stars = number(hit["price"].rstrip(".,")), hit["stars"] or ""
    note = terms.get(stars)
    if not price or BOUND.search(card.after[: hit.start()]):
        return
    if stars and (note is None or number(note["price"]) != price):
        return  # the footnote that explains the price is missing
    memory = _MEMORY.search(card.after)
    yield _offer(
        card.title,
        price,
        unit(page, hit["unit"], "instance_hour"),
        f"{card.title} | {card.after} | {note[0] if note else ''}",
        months=months(note["term"]) if note else None,
        memory=f"{memory[1]} GB" if memory else "",
    )


def _footnotes(page: Page, text: str) -> Iterator[Offer]:
    for hit in _ON_DEMAND.finditer(text):
        yield _offer(hit["label"], number(hit["price"]), unit(page, hit["unit"], "instance_hour"), hit[0])


def _offer(
    label: str, price: Decimal, price_unit: PriceUnit, text: str, months: int | None = None, memory: str = ""
) -> Offer:
    many = _MANY.match(label)
    return Offer(
        source="pricing_page",
        instance=label,
        gpu_label=many["label"] if many else label,
        gpu_count=Decimal(many["n"] if many else 1),
        gpu_memory=memory,
        region="global",
        pricing_model="reserved" if months else "on_demand",
        term_months=months,
        price=price,
        price_unit=price_unit,
        text=clip(text),
    )


PROVIDER = Provider(
    slug="paperspace",
    name="Paperspace",
    requests=(Request("https://www.paperspace.com/pricing", "pricing_page", ends_with="</html>"),),
    parse=parse,
    access="HTML page",
    publishes="on-demand; a three-year commitment for the newest",
    units="per machine-hour, one GPU",
    note="part of DigitalOcean since 2023",
    hosts=("www.digitalocean.com",),
    expects=("V100", "RTX A6000"),
)
