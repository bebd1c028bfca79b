"""Voltage Park: a public API with nodes priced per GPU and machines by preset; before 2026 a page with cards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bs4 import Tag

from scrapers.model import Offer, Page, PricingModel, Provider, Request, clip
from scrapers.parsing.accelerator_labels import names_accelerator
from scrapers.parsing.embedded_json import objects_with
from scrapers.parsing.json_stream import documents
from scrapers.parsing.object_offers import ObjectLayout, at, object_offers
from scrapers.parsing.price_words import unit
from scrapers.parsing.table_offers import require_offers
from scrapers.parsing.text import number, soup, squash, visible_text

_PRICE = re.compile(r"^\$\s*(?P<price>\d[\d.,]*)\s*(?P<unit>/\s*[\w/ ]+)$")
_GPUS = re.compile(r"(?P<range>\d+\s*[-–]\s*\d+)\s+(?P<label>(?:[A-Z]+\s+)?(?:NVIDIA\s+)?[A-Z]+\d+\w*)\s+GPUs\b")
_TITLE = re.compile(r"^(?P<model>on-demand|reserved?|long-term reserve)\b[\s,]*(?P<rest>.*)$", re.IGNORECASE)


def parse(page: Page) -> Iterator[Offer]:
    """Yield the offers of the API's locations or presets, or of the page's cards.

    One price for "1-1016 HGX H100 GPUs" is the price of one GPU.
    """
    if page.read().lstrip()[:1] in (b"{", b"["):
        items = [item for root in documents(page) for item in objects_with(root, "id")]
        offers = (offer for item in items for offer in (*_location(page, item), *_preset(page, item)))
        yield from require_offers(page, offers, "gpu_price_ethernet or compute_rate_hourly")
        return
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


_NODE = ObjectLayout(
    source="bare_metal",
    instance="{specs_per_node.gpu_model} {network}",
    prices={"price": "on_demand"},
    unit="gpu_hour",
    free="free",
    product="machine",
)


def _location(page: Page, item: dict[str, Any]) -> Iterator[Offer]:
    """Read a location of bare-metal nodes: a price per GPU on each network, and how many GPUs are free there."""
    if not isinstance(node := item.get("specs_per_node"), dict):
        return
    for network in ("ethernet", "infiniband"):
        most, label = node.get("gpu_count"), str(node["gpu_model"]).replace("-", " ")
        price, free = item.get(f"gpu_price_{network}"), item.get(f"gpu_count_{network}")
        yield from object_offers(
            page,
            {**item, "network": network, "price": price, "free": free},
            _NODE,
            gpu_label=label,
            zone=str(item["id"]),  # says no place
            interconnect=network,
            max_gpu_count=most if isinstance(most, int) else None,
        )


_PRESET = ObjectLayout(
    source="presets",
    instance="{share.count}x {model}",
    count="share.count",
    prices={"compute_rate_hourly": "on_demand"},  # of the whole machine; its storage is charged on top
    free="location_ids_with_availability",
    product="machine",
    facts={"vcpus": "resources.vcpu_count", "ram_gb": "resources.ram_gb", "disk_gb": "resources.storage_gb"},
)


def _preset(page: Page, item: dict[str, Any]) -> Iterator[Offer]:
    gpus = at(item, "resources.gpus")
    if isinstance(gpus, dict) and len(gpus) == 1:
        ((model, share),) = gpus.items()
        of_one = {**item, "model": model, "share": share}
        yield from object_offers(page, of_one, _PRESET, gpu_label=model.replace("-", " "))


_API = "https://cloud-api.voltagepark.com/api/v1"
PROVIDER = Provider(
    slug="voltagepark",
    name="Voltage Park",
    requests=(
        Request(
            f"{_API}/bare-metal/locations",
            "bare_metal",
            expect="json",
            alternatives=(Request("https://www.voltagepark.com/pricing", "pricing_page", ends_with="</html>"),),
        ),
        Request(f"{_API}/instant-deploy-presets/", "presets", expect="json"),
    ),
    parse=parse,
    access="public API",
    publishes="on-demand nodes by network, machines by preset; reserved by contact",
    units="per GPU-hour; presets per instance-hour",
    expects=("H100",),
)
