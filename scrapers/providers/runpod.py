"""RunPod: one GraphQL answer for all GPUs; its page had the same in 2023, attributes in 2025, linked data since."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from bs4 import Tag

from scrapers.model import Availability, Hints, LayoutError, Offer, Page, PricingModel, Provider, Request, clip
from scrapers.parsing.embedded_json import objects_with, scripts
from scrapers.parsing.json_stream import amount, documents
from scrapers.parsing.table_offers import require_offers
from scrapers.parsing.text import soup, squash

_CLOUDS = {"secure": "Secure Cloud", "community": "Community Cloud"}
# Field, cloud, pricing model, months (a week is none). A field of a cloud without the GPU holds a placeholder.
_FIELDS: tuple[tuple[str, str, PricingModel, int | None], ...] = (
    ("securePrice", "secure", "on_demand", None),
    ("communityPrice", "community", "on_demand", None),
    ("secureSpotPrice", "secure", "spot", None),
    ("communitySpotPrice", "community", "spot", None),
    ("oneWeekPrice", "secure", "reserved", None),
    ("oneMonthPrice", "secure", "reserved", 1),
    ("threeMonthPrice", "secure", "reserved", 3),
    ("sixMonthPrice", "secure", "reserved", 6),
)
_PLACEHOLDER = Decimal("0.25")  # less than this share of the other cloud's price is none, where no flag says so
_STOCK: dict[str, Availability] = {"High": "available", "Medium": "available", "Low": "limited"}
_FORM = re.compile(r"\b(?:SXM\d?|PCIe?|NVL)\b", re.IGNORECASE)


def parse(page: Page) -> Iterator[Offer]:
    """Yield the offers of the four known layouts; all prices are per GPU-hour, despite the "/s" on the page of 2025."""
    roots = list(documents(page)) if page.read().lstrip()[:1] == b"{" else list(scripts(page))
    types = [t for root in roots for t in objects_with(root, "displayName", "securePrice", "communityPrice")]
    products = [p for root in roots for p in objects_with(root, "name", "offers") if p.get("@type") == "Product"]
    offers = [
        *(offer for t in types for offer in _type(page, t)),
        *(offer for p in products for offer in _product(page, p)),
        *(offer for tag in _attributes(page) for offer in _tag(page, tag)),
    ]
    yield from require_offers(page, offers, "gpuTypes, a Product's offers, or data-secure-cloud-price")


def _offer(page: Page, cloud: str, label: str, price: object, text: str, **more: Any) -> Iterator[Offer]:
    parsed = amount(page, price)
    if parsed is not None:
        more = {"pricing_model": "on_demand", "source": "pricing_page"} | more
        yield Offer(
            instance=f"{label} ({_CLOUDS[cloud]})",
            gpu_label=label,
            region="global",
            price=parsed,
            price_unit="gpu_hour",
            text=clip(text),
            **more,
        )


def _type(page: Page, gpu: dict[str, Any]) -> Iterator[Offer]:
    name, display = str(gpu.get("id") or ""), str(gpu["displayName"])
    # The id is more exact, except for the form factor, which sometimes only the display name states.
    label = display if not name or (_FORM.search(display) and not _FORM.search(name)) else name
    stock = (gpu.get("lowestPrice") or {}).get("stockStatus")
    for field, cloud, model, months in _FIELDS:
        if _has(page, gpu, cloud):
            yield from _offer(
                page,
                cloud,
                label,
                gpu.get(field),
                f"{name} {display} {field} {gpu.get(field)}",
                source="gpu_types",
                gpu_memory=f"{gpu['memoryInGb']} GB" if gpu.get("memoryInGb") else "",
                pricing_model=model,
                term_months=months,
                availability=_STOCK.get(str(stock), "unknown"),
                max_gpu_count=gpu["maxGpuCount"] if isinstance(gpu.get("maxGpuCount"), int) else None,
            )


def _has(page: Page, gpu: dict[str, Any], cloud: str) -> bool:
    """Check that a cloud has this GPU: by its flag, else by a price that is no placeholder beside the other cloud's."""
    if f"{cloud}Cloud" in gpu:
        return bool(gpu[f"{cloud}Cloud"])
    own = amount(page, gpu.get(f"{cloud}Price"))
    others = [amount(page, gpu.get(f"{name}Price")) for name in _CLOUDS if name != cloud]
    return own is not None and all(other is None or own >= other * _PLACEHOLDER for other in others)


def _product(page: Page, product: dict[str, Any]) -> Iterator[Offer]:
    label = re.sub(r"\s+GPU on Runpod$", "", str(product["name"]), flags=re.IGNORECASE)
    for item in objects_with(product["offers"], "price", "name"):
        cloud = next((key for key, name in _CLOUDS.items() if name == item["name"]), None)
        description = str(item.get("description", ""))
        if cloud is None:
            continue
        if "per-hour" not in description or "on-demand" not in description:
            raise LayoutError(page, "'per-hour on-demand rate' in an offer's description", str(item))
        currency = str(item.get("priceCurrency", "USD"))
        yield from _offer(
            page, cloud, label, item["price"], f"{label} | {description} | {item['price']}", currency=currency
        )


def _attributes(page: Page) -> list[Tag]:
    return list(soup(page).select("[data-secure-cloud-price]"))


def _tag(page: Page, tag: Tag) -> Iterator[Offer]:
    """Read the texts before a price: "H200", "141", "GB VRAM", and more."""
    texts = [squash(str(s)) for s in tag.find_all_previous(string=True, limit=60) if squash(str(s))]
    place = next((i for i, text in enumerate(texts) if text == "GB VRAM"), None)
    if place is None or place + 2 >= len(texts) or not texts[place + 1].isdigit() or "$" in texts[1:place]:
        raise LayoutError(page, "a GPU's name, its memory and 'GB VRAM' before its price", " ".join(texts[:12][::-1]))
    label, memory = texts[place + 2], f"{texts[place + 1]} GB"
    for cloud in _CLOUDS:
        price = str(tag.get(f"data-{cloud}-cloud-price", ""))
        yield from _offer(page, cloud, label, price, f"{label} | {memory} | {cloud} {price}", gpu_memory=memory)


_GPU_FIELDS = (
    "id displayName manufacturer memoryInGb maxGpuCount secureCloud communityCloud securePrice communityPrice "
    "secureSpotPrice communitySpotPrice oneWeekPrice oneMonthPrice threeMonthPrice "
    "lowestPrice(input: {gpuCount: 1}) { stockStatus }"
)
_UNKNOWN = re.compile(r"""Cannot query field\s*[\\"']*(\w+)""")


def ask_again(request: Request, answer: str) -> Request | None:
    """Return the query without the fields that have left the schema: one of them makes the whole query fail."""
    query = kept = str(json.loads(request.body)["query"]) if request.body else ""
    for name in dict.fromkeys(_UNKNOWN.findall(answer)):
        if name in re.findall(r"\w+", _GPU_FIELDS):
            kept = re.sub(rf"\b{name}\b(?:\([^)]*\))?(?:\s*\{{[^{{}}]*\}})?", "", kept)
    kept = re.sub(r"\w+(?:\([^)]*\))?\s*\{\s*\}", "", kept)  # a selection of nothing is an error too
    kept = re.sub(r" {2,}", " ", kept)
    return None if kept == query else replace(request, body=json.dumps({"query": kept}))


PROVIDER = Provider(
    slug="runpod",
    name="RunPod",
    requests=(
        Request(
            "https://api.runpod.io/graphql",
            "gpu_types",
            method="POST",
            headers={"Content-Type": "application/json", "Accept": "application/json"},
            body=json.dumps({"query": f"query {{ gpuTypes {{ {_GPU_FIELDS} }} }}"}),
            ends_with="}",
        ),
    ),
    parse=parse,
    ask_again=ask_again,
    access="public API (GraphQL)",
    publishes="on-demand (Secure and Community Cloud), spot, a week to 6 months where stated",
    units="per GPU-hour",
    note="Community Cloud is hosted by third parties and counts as a marketplace",
    expects=("H100", "A100", "RTX 4090", "L40S"),
    hints=Hints(
        fields_left_out=(
            (r"Price=0\.50?$", "a placeholder in the field of a cloud without the GPU"),
            (r"\.(?:minimumBidPrice|uninterruptablePrice)=", "for as many GPUs as the query asked for"),
        )
    ),
)
