"""Hot Aisle: MI300X in cards by machine size; the API, which needs a key, states the same in cents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from bs4 import Tag

from scrapers.model import LayoutError, Offer, Page, Provider, Request, clip
from scrapers.parsing.accelerator_labels import names_accelerator
from scrapers.parsing.json_stream import objects
from scrapers.parsing.object_offers import ObjectLayout, at, object_offers
from scrapers.parsing.price_words import unit
from scrapers.parsing.table_offers import require_offers
from scrapers.parsing.text import BOUND, count_amounts, is_cut, number, soup, visible_text

_SIZE = re.compile(r"(?P<counts>\d+x(?:\s*(?:&|,|and|or)\s*\d+x)*)\s+(?P<label>[A-Z]+\d+\w*)\b", re.IGNORECASE)
_PRICE = re.compile(r"\$\s*(?P<price>\d[\d.,]*)(?P<unit>\s*/\s*\w+(?:\s*/\s*\w+)?)")
_MINIMUM = re.compile(r"\b(?P<n>one|\d+)[-\s]months?\s+minimum", re.IGNORECASE)


def parse(page: Page) -> Iterator[Offer]:
    """Yield an offer per machine of the API's list, or per size that a card's heading names.

    Prices of existing customers are not on offer.
    """
    if page.read().lstrip()[:1] == b"[":
        offers = (offer for item in objects(page, "machines") for offer in _machine(page, item))
        yield from require_offers(page, offers, "machines with OnDemandPrice and Specs")
        return
    headings = soup(page).find_all(["h1", "h2", "h3", "h4"])
    offers = (offer for heading in headings for offer in _card(page, heading))
    yield from require_offers(page, offers, "a card with a heading, '8x MI300x' and '$x/GPU/hr'")


def _card(page: Page, heading: Tag) -> Iterator[Offer]:
    box = next((p for p in heading.parents if _PRICE.search(visible_text(p))), None)
    if box is None or is_cut(box) or len(box.find_all(["h1", "h2", "h3", "h4"])) > 1:
        return
    text = visible_text(box)
    sizes, prices = _SIZE.findall(text), {hit[0]: hit for hit in _PRICE.finditer(text)}
    if not sizes or not names_accelerator(sizes[0][1]):
        return
    if len(prices) != 1 or len(sizes) != 1 or count_amounts(text) != len(_PRICE.findall(text)):
        raise LayoutError(page, "one size and one price in a card", text)
    (price,) = prices.values()
    minimum = _MINIMUM.search(text)
    if BOUND.search(text[: price.start()]) or not number(price["price"].rstrip(".,")):
        return
    for count in re.findall(r"\d+", sizes[0][0]):
        yield Offer(
            source="pricing_page",
            instance=f"{count}x {sizes[0][1]}",
            gpu_label=sizes[0][1],
            gpu_count=Decimal(count),
            region="global",
            pricing_model="reserved" if minimum else "on_demand",
            term_months=(1 if minimum["n"].lower() == "one" else int(minimum["n"])) if minimum else None,
            price=number(price["price"].rstrip(".,")),
            price_unit=unit(page, price["unit"], "instance_hour"),
            text=clip(text),
        )


_MACHINE = ObjectLayout(
    source="available",
    needs=("OnDemandPrice", "Specs"),
    instance="{gpu.count}x {gpu.manufacturer} {gpu.model} {Specs.cpu_cores} cores",
    label="{gpu.manufacturer} {gpu.model}",
    count="gpu.count",
    prices={"OnDemandPrice": "on_demand"},
    shift=-2,
    free="Quantity",
    product="machine",
    facts={"vcpus": "Specs.cpu_cores", "ram_bytes": "Specs.ram_capacity", "disk_bytes": "Specs.disk_capacity"},
)


def _machine(page: Page, item: dict[str, Any]) -> Iterator[Offer]:
    """Read a machine of the API: cents an hour for the whole of it, bytes of memory, and how many are free."""
    gpus = at(item, "Specs.gpus")
    if not isinstance(gpus, list):
        raise LayoutError(page, "OnDemandPrice and Specs with gpus of a machine", str(item))
    if gpus and all(gpu == gpus[0] for gpu in gpus):
        yield from object_offers(page, {**item, "gpu": gpus[0]}, _MACHINE)


_API = "https://admin.hotaisle.app/api/teams/{GPUHOUR_HOTAISLE_TEAM}/virtual_machines/available/"
PROVIDER = Provider(
    slug="hotaisle",
    name="Hot Aisle",
    requests=(
        Request("https://hotaisle.xyz/pricing/", "pricing_page", ends_with="</html>"),
        Request(_API, "available", headers={"Authorization": "Token {GPUHOUR_HOTAISLE_TOKEN}"}, expect="json"),
    ),
    parse=parse,
    access="HTML page, API with a key",
    publishes="on-demand by GPU count, monthly bare metal",
    units="per GPU-hour on the page; per instance-hour, in cents, in the API",
    expects=("MI300X",),
)
