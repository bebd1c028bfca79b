"""DigitalOcean: the API's sizes with their price per Droplet, and the cards of the price page with prices per GPU."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from scrapers.model import LayoutError, Offer, Page, Provider, Request, clip
from scrapers.parsing.json_stream import items, objects
from scrapers.parsing.machine_facts import positive, total
from scrapers.parsing.object_offers import ObjectLayout, object_offers
from scrapers.parsing.price_cards import Card, cards
from scrapers.parsing.price_words import months, unit
from scrapers.parsing.table_offers import require_offers
from scrapers.parsing.text import BOUND, count_amounts, number, soup

_HOST = "api.digitalocean.com"
_PRICE = re.compile(r"\$\s*(?P<price>\d[\d.,]*)\s*(?P<unit>/\s*\w+(?:\s*/\s*\w+)?)(?P<star>\s*\*)?")
_UNIT = re.compile(r"/\s*GPU\s*/\s*\w+")
_MANY = re.compile(r"^(?P<label>.*\S)x(?P<n>\d+)$")  # "H100x8", "MI300Xx8"
_COUNT = re.compile(r"GPUs per Droplet\s+(\d+)")
_MEMORY = re.compile(r"GPU Memory\s+([\d,.]+\s*[GT]i?B)")


def parse(page: Page) -> Iterator[Offer]:
    """Yield the offers of the list of sizes (JSON), or of the page's cards."""
    if page.read().lstrip()[:1] == b"{":
        for size in objects(page, "sizes"):
            yield from _size(page, size)
        return
    tree = soup(page)
    is_promoted = re.search(r"promotional pric", tree.get_text(" "), re.IGNORECASE) is not None
    offers = (offer for card in cards(tree) for offer in _card(page, card, is_promoted))
    yield from require_offers(page, offers, "a card with a GPU in its heading and '$x /GPU/hour'")


_SIZE = ObjectLayout(
    source="sizes",
    only="gpu_info",
    instance="{slug}",
    label="{gpu_info.model}",
    count="gpu_info.count",
    memory="{gpu_info.vram.amount} {gpu_info.vram.unit}",
    memory_is_total=True,
    places="regions",
    region="{place}",
    prices={"price_hourly": "on_demand"},
    facts={"vcpus": "vcpus", "ram_mib": "memory"},
)


def _size(page: Page, size: dict[str, Any]) -> Iterator[Offer]:
    disks = total((disk.get("size") or {}).get("amount") for disk in size.get("disk_info") or ())
    state = "available" if size.get("available") and size.get("regions") else "sold_out"
    yield from object_offers(page, size, _SIZE, availability=state, local_disk_gb=disks or positive(size.get("disk")))


def _card(page: Page, card: Card, is_promoted: bool) -> Iterator[Offer]:
    is_reserved = re.search(r"reserved|commitment", card.after, re.IGNORECASE) is not None
    if not is_reserved and ("on-demand" not in card.after.lower() or "contact sales" in card.after.lower()):
        return  # a former price beside "contact sales"
    if len(_UNIT.findall(card.after)) != len(_PRICE.findall(card.after)):
        return  # an amount before a unit is missing: the remaining one may be the former price
    price = _price(page, card, is_promoted)
    amount = number(price["price"].rstrip(".,"))
    if not amount or (not is_reserved and BOUND.search(card.after[: price.end()])):
        return
    many = _MANY.match(card.title)
    count, memory = _COUNT.search(card.after), _MEMORY.search(card.after)
    yield Offer(
        source="pricing_page",
        instance=card.title,
        gpu_label=many["label"] if many else card.title,
        gpu_count=Decimal(count[1] if count else many["n"] if many else 1),
        gpu_memory=memory[1] if memory else "",
        gpu_memory_is_total=True,
        region="global",
        pricing_model="reserved" if is_reserved else "on_demand",
        term_months=months(card.after) if is_reserved else None,
        price=amount,
        price_unit=unit(page, price["unit"], "instance_hour"),
        text=clip(f"{card.title} | {card.after}"),
    )


def _price(page: Page, card: Card, is_promoted: bool) -> re.Match[str]:
    """Return the one price of a card; of an old and a promotional one, marked by a star, the latter."""
    hits = list(_PRICE.finditer(card.after))
    prices = list(dict.fromkeys(number(hit["price"].rstrip(".,")) for hit in hits))
    is_reduced = len(prices) == 2 and is_promoted and hits[1]["star"] and prices[1] < prices[0]
    if not hits or count_amounts(card.after) != len(hits) or not (len(prices) == 1 or is_reduced):
        raise LayoutError(page, "one price per GPU and hour in a card", f"{card.title} | {card.after}")
    return hits[1] if is_reduced else hits[0]


def follow(page: Page) -> Iterator[Request]:
    """Yield the next page of the API's list, if it names one."""
    link = next(items(page, "links.pages.next"), None) if page.source == "sizes" else None
    if link:
        if urlsplit(str(link)).hostname != _HOST:
            raise LayoutError(page, f"a next page on {_HOST}", str(link))
        yield _sizes(str(link))


def _sizes(url: str) -> Request:
    headers = {"Authorization": "Bearer {GPUHOUR_DIGITALOCEAN_TOKEN}", "Accept": "application/json"}
    return Request(url, "sizes", headers=headers, ends_with="}")


PROVIDER = Provider(
    slug="digitalocean",
    name="DigitalOcean",
    requests=(
        Request("https://www.digitalocean.com/pricing/gpu-droplets", "pricing_page", ends_with="</html>"),
        _sizes(f"https://{_HOST}/v2/sizes?per_page=500"),
    ),
    parse=parse,
    follow=follow,
    access="HTML page, API with a key",
    publishes="on-demand, reserved 12 months",
    units="per GPU-hour on the page, per Droplet-hour in the API",
    expects=("H100", "MI300X"),
)
