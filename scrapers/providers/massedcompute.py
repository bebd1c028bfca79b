"""Massed Compute: machines by GPU and count, in the stream of its price page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from scrapers.model import LayoutError, Offer, Page, Provider, Request, clip
from scrapers.parsing.accelerator_labels import names_accelerator
from scrapers.parsing.embedded_json import flat, objects_with, stream_text, values
from scrapers.parsing.json_stream import documents
from scrapers.parsing.object_offers import ObjectLayout, object_offers, text_of
from scrapers.parsing.price_words import unit
from scrapers.parsing.table_offers import require_offers
from scrapers.parsing.text import BOUND, count_amounts, count_prefix, number, squash

_KEY = re.compile(r'"(?P<label>[^"]+?)-[a-z]+-x (?P<n>\d+)-\d+",')  # "H200 NVL (141GB)-mobile-x 1-0"
_COUNT = re.compile(r"^[×x]\s*(\d+)\b")
_PRICE = re.compile(r"\$(?P<price>\d[\d.,]*)\s*(?P<unit>/\s*\w+(?:\s*/\s*\w+)?)")


def parse(page: Page) -> Iterator[Offer]:
    """Yield the offers of the API's inventory, or one per box of the page that is keyed by GPU and count.

    Both state the price of the whole machine.
    """
    if page.read().lstrip()[:1] == b"{":
        machines = (item for root in documents(page) for item in objects_with(root, "instance_type"))
        offers = (offer for item in machines for offer in _machine(page, item))
        yield from require_offers(page, offers, "an inventory of instance types with price_cents_per_hour")
        return
    text = stream_text(page)
    boxes = ((hit, next(values(text[hit.end() :], at_start=True), None)) for hit in _KEY.finditer(text))
    offers = (offer for hit, box in boxes for offer in _offer(page, hit, box))
    yield from require_offers(page, offers, "boxes keyed 'GPU (80GB)-...-x 8-0'")


def _offer(page: Page, key: re.Match[str], box: Any) -> Iterator[Offer]:
    text = squash(flat(box))
    prices, count = _PRICE.findall(text), _COUNT.match(text)
    if not names_accelerator(key["label"]) or count_amounts(text) != 1 or count is None or count[1] != key["n"]:
        return
    if len(prices) != 1:
        raise LayoutError(page, "'$x/hr' in a box", text)
    price = number(prices[0][0].rstrip(".,"))
    if not price or BOUND.search(text):
        return
    yield Offer(
        source="pricing_page",
        instance=f"{key['n']}x {key['label']}",
        gpu_label=key["label"].replace("(", "").replace(")", ""),
        gpu_count=Decimal(key["n"]),
        region="global",
        pricing_model="on_demand",
        price=price,
        price_unit=unit(page, prices[0][1], "instance_hour"),
        text=clip(f"{key['label']} {text}"),
    )


_MACHINE = ObjectLayout(
    source="inventory",
    needs=("name", "description", "price_cents_per_hour"),
    instance="{name}",
    places="free",
    region="{place.name|'global'}",
    prices={"price_cents_per_hour": "on_demand"},
    shift=-2,
    free="free",
    product="machine",
    facts={"vcpus": "specs.vcpu_count", "ram_gb": "specs.memory_gib", "disk_gb": "specs.storage_gb"},
)


def _machine(page: Page, item: dict[str, Any]) -> Iterator[Offer]:
    """Read a machine of the inventory, once per region with free capacity; without any, its price is sold out."""
    kind = {**item["instance_type"], "free": item.get("regions_with_capacity_available")}
    count, label = count_prefix(text_of(kind, "{description}"))
    if names_accelerator(label) or not label:
        yield from object_offers(page, kind, _MACHINE, gpu_label=re.sub("[()]", "", label), gpu_count=count)


PROVIDER = Provider(
    slug="massedcompute",
    name="Massed Compute",
    requests=(
        Request("https://massedcompute.com/pricing", "pricing_page", ends_with="</html>"),
        Request(
            "https://vm.massedcompute.com/api/v1/gpu-inventory",
            "inventory",
            headers={"Authorization": "Bearer {GPUHOUR_MASSEDCOMPUTE_TOKEN}"},
            expect="json",
        ),
    ),
    parse=parse,
    access="HTML page (data in its scripts), API with a key",
    publishes="on-demand by GPU count; free machines by region with a key",
    units="per instance-hour; in cents in the API",
    expects=("RTX PRO 6000",),
)
