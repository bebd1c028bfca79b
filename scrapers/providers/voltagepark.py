"""Voltage Park: cards of one GPU on two networks, each naming the network above its price."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import Tag

from scrapers.model import Offer, Page, PricingModel, Provider, Request, clip
from scrapers.parsing.accelerator_labels import names_accelerator
from scrapers.parsing.price_words import unit
from scrapers.parsing.table_offers import require_offers
from scrapers.parsing.text import number, soup, squash, visible_text

_PRICE = re.compile(r"^\$\s*(?P<price>\d[\d.,]*)\s*(?P<unit>/\s*[\w/ ]+)$")
_GPUS = re.compile(r"(?P<range>\d+\s*[-–]\s*\d+)\s+(?P<label>(?:[A-Z]+\s+)?(?:NVIDIA\s+)?[A-Z]+\d+\w*)\s+GPUs\b")
_TITLE = re.compile(r"^(?P<model>on-demand|reserved?|long-term reserve)\b[\s,]*(?P<rest>.*)$", re.IGNORECASE)


def parse(page: Page) -> Iterator[Offer]:
    """Yield an offer per card with a price; one price for "1-1016 HGX H100 GPUs" is the price of one GPU."""
    prices = [tag for tag in soup(page).find_all(True) if _PRICE.match(visible_text(tag)) and not tag.find(True)]
    yield from require_offers(
        page, (offer for tag in prices for offer in _card(page, tag)), "'$x/hr' between a title and 'GPUs'"
    )


def _card(page: Page, tag: Tag) -> Iterator[Offer]:
    """Read a card: up to the next one, the texts below a price name the GPU; the title above says how it is sold."""
    title = next(
        (hit for s in tag.find_all_previous(string=True, limit=20) if (hit := _TITLE.match(str(s).strip()))), None
    )
    gpus = None
    for string in tag.find_all_next(string=True, limit=40):
        text = str(string).strip()
        if string in tag.strings:
            continue
        if _TITLE.match(text) or _PRICE.match(text):
            break
        gpus = gpus or _GPUS.search(text)
    price = _PRICE.match(visible_text(tag))
    if title is None or gpus is None or price is None or not names_accelerator(gpus["label"]):
        return
    amount = number(price["price"])
    if not amount:
        return
    label, network = squash(gpus["label"]), squash(title["rest"])
    model: PricingModel = "on_demand" if title["model"].lower() == "on-demand" else "reserved"
    yield Offer(
        source="pricing_page",
        instance=f"{label}, {network}" if network else label,
        gpu_label=label,
        region="global",
        pricing_model=model,
        price=amount,
        price_unit=unit(page, price["unit"], "gpu_hour"),
        text=clip(f"{title[0]} | {visible_text(tag)} | {gpus[0]}"),
    )


PROVIDER = Provider(
    slug="voltagepark",
    name="Voltage Park",
    requests=(Request("https://www.voltagepark.com/pricing", "pricing_page", ends_with="</html>"),),
    parse=parse,
    access="HTML page",
    publishes="on-demand by network; reserved by contact",
    units="per GPU-hour",
    expects=("H100",),
)
