"""Massed Compute: machines by GPU and count, in the stream of its price page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from scrapers.model import LayoutError, Offer, Page, Provider, Request, clip
from scrapers.parsing.accelerator_labels import names_accelerator
from scrapers.parsing.embedded_json import flat, objects_with, stream_text, values
from scrapers.parsing.json_stream import amount, documents
from scrapers.parsing.machine_facts import machine_facts
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


def _machine(page: Page, item: dict[str, Any]) -> Iterator[Offer]:
    """Read a machine of the inventory, once per region with free capacity; without any, its price is sold out."""
    kind = item["instance_type"]
    if not {"name", "description", "price_cents_per_hour"} <= kind.keys():
        raise LayoutError(page, "name, description and price_cents_per_hour of an instance type", str(kind))
    cents, (count, label) = amount(page, kind["price_cents_per_hour"]), count_prefix(str(kind["description"]))
    if cents is None or not names_accelerator(label):
        return
    specs, free = kind.get("specs") or {}, item.get("regions_with_capacity_available")
    for place in free or [{}]:
        yield Offer(
            source="inventory",
            instance=str(kind["name"]),
            gpu_label=label.replace("(", "").replace(")", ""),
            gpu_count=count,
            region=str(place.get("name") or "global"),
            pricing_model="on_demand",
            price=cents.scaleb(-2),
            price_unit="instance_hour",
            availability="unknown" if free is None else "available" if free else "sold_out",
            product="machine",
            text=clip(f"{kind['name']} {kind['description']} price_cents_per_hour {kind['price_cents_per_hour']}"),
            **machine_facts(
                vcpus=specs.get("vcpu_count"), ram_gb=specs.get("memory_gib"), disk_gb=specs.get("storage_gb")
            ),
        )


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
