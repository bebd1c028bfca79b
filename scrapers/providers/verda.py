"""Verda, DataCrunch until 2025: a public list of instance types, and a table with fixed, dynamic and spot prices."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from scrapers.model import LayoutError, Offer, Page, PricingModel, Provider, Request, clip
from scrapers.parsing.json_stream import amount, objects
from scrapers.parsing.machine_facts import machine_facts
from scrapers.parsing.table_offers import TableLayout, page_offers, require_offers

_TABLE = TableLayout(
    per="instance_hour",
    label=("GPU MODEL",),
    instance=("INSTANCE NAME", "INSTANCE"),
    count=("GPU", "GPUS"),
    memory_is_total=True,
)
_PRICES: tuple[tuple[str, PricingModel], ...] = (
    ("price_per_hour", "on_demand"),
    ("spot_price", "spot"),
    ("dynamic_price", "dynamic"),
)


def parse(page: Page) -> Iterator[Offer]:
    """Yield the offers of the API's list, or of the table of the products page."""
    if page.read().lstrip()[:1] in (b"[", b"{"):
        rows = (offer for item in objects(page, "instance_types") for offer in _offers(page, item))
        yield from require_offers(page, rows, "an instance type with GPUs and a price")
    else:
        yield from page_offers(page, _TABLE, "a table with 'GPU model' and 'On demand price'")


def _offers(page: Page, item: dict[str, Any]) -> Iterator[Offer]:
    gpu = item.get("gpu")
    if not isinstance(gpu, dict) or "instance_type" not in item:
        raise LayoutError(page, "gpu and instance_type of an instance type", str(item))
    if not gpu.get("number_of_gpus"):
        return
    for key, model in _PRICES:
        price = amount(page, item.get(key))
        if price is None:
            continue
        yield Offer(
            source="instance_types",
            instance=str(item["instance_type"]),
            gpu_label=str(item.get("name") or item.get("model") or ""),
            gpu_count=Decimal(str(gpu["number_of_gpus"])),
            gpu_memory=f"{(item.get('gpu_memory') or {}).get('size_in_gigabytes', '')} GB",
            gpu_memory_is_total=True,
            region="global",
            pricing_model=model,
            price=price,
            currency=str(item.get("currency") or "usd").upper(),
            price_unit="instance_hour",
            text=clip(f"{item['instance_type']} {gpu.get('description')} {key} {item[key]}"),
            **machine_facts(
                vcpus=(item.get("cpu") or {}).get("number_of_cores"),
                ram_gb=(item.get("memory") or {}).get("size_in_gigabytes"),
            ),
        )


PROVIDER = Provider(
    slug="verda",
    name="Verda (DataCrunch)",
    requests=(
        Request(
            "https://api.verda.com/v1/instance-types",
            "instance_types",
            expect="json",
            ends_with="]",
            alternatives=(
                Request("https://api.datacrunch.io/v1/instance-types", "instance_types", expect="json", ends_with="]"),
            ),
        ),
    ),
    parse=parse,
    access="public API",
    publishes="on-demand fixed and dynamic, spot",
    units="per instance-hour",
    note="the list names all instance types, not the available ones; dynamic prices change daily",
    hosts=("verda.com", "datacrunch.io"),
    aliases=("datacrunch",),
    expects=("H100",),
)
