"""JarvisLabs: a price page in USD, and the API's list of servers, priced per GPU in the currency of the account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scrapers.model import Availability, LayoutError, Offer, Page, PricingModel, Provider, Request, clip
from scrapers.parsing.json_stream import amount, items, objects
from scrapers.parsing.machine_facts import machine_facts
from scrapers.parsing.table_offers import TableLayout, page_offers, require_offers

_PRICES: tuple[tuple[str, PricingModel, str], ...] = (
    ("price_per_hour", "on_demand", "num_free_devices"),
    ("spot_price", "spot", "spot_num_free_devices"),
)


_TABLE = TableLayout(per="gpu_hour", memory=("VRAM", "GPU MEMORY", "GPU RAM"))


def parse(page: Page) -> Iterator[Offer]:
    """Yield on-demand and spot prices per GPU-hour: of each server of the API, or of the page's table.

    The API answers an Indian account in rupees and names no currency: then none is known.
    """
    if page.read().lstrip()[:1] not in (b"{", b"["):
        yield from page_offers(page, _TABLE, "a table with a GPU and a price per hour")
        return
    currency = next(items(page, "currency"), "")
    offers = (offer for item in objects(page, "server_meta") for offer in _offers(page, item, str(currency or "")))
    yield from require_offers(page, offers, "server_meta with gpu_type and price_per_hour")


def _offers(page: Page, item: dict[str, Any], currency: str) -> Iterator[Offer]:
    if not {"gpu_type", "region", "price_per_hour"} <= item.keys():
        raise LayoutError(page, "gpu_type, region and price_per_hour of a server", str(item))
    for key, model, free in _PRICES:
        price = amount(page, item.get(key))
        if price is None:
            continue
        kind = item.get("workload_type")
        yield Offer(
            source="server_meta",
            instance=f"{item['gpu_type']} {kind}" if kind else str(item["gpu_type"]),
            gpu_label=str(item["gpu_type"]),
            gpu_memory=f"{item['vram']} GB" if item.get("vram") else "",
            region=str(item["region"]),
            pricing_model=model,
            price=price,
            currency=str(item.get("currency") or currency).upper(),
            price_unit="gpu_hour",
            availability=_state(item.get(free)),
            text=clip(f"{item['gpu_type']} {item['region']} {kind or ''} {key} {item[key]}"),
            **machine_facts(vcpus=item.get("cpus_per_gpu"), ram_gb=item.get("ram_per_gpu")),  # of one with one GPU
        )


def _state(free: object) -> Availability:
    return "unknown" if free is None else "available" if free else "sold_out"


PROVIDER = Provider(
    slug="jarvislabs",
    name="JarvisLabs",
    requests=(
        Request("https://jarvislabs.ai/pricing", "pricing_page", ends_with="</html>"),
        Request(
            "https://backendprod.jarvislabs.net/misc/server_meta",
            "server_meta",
            headers={"Authorization": "Bearer {GPUHOUR_JARVISLABS_TOKEN}", "Accept": "application/json"},
            ends_with="}",
        ),
    ),
    parse=parse,
    access="HTML page, API with a key",
    publishes="on-demand; spot and available GPUs by region with a key",
    units="per GPU-hour",
    expects=("H100", "L4"),
)
