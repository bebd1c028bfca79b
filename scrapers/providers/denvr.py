"""Denvr: the API's machine configurations, which need an account; its price page is made by a page builder."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from scrapers.model import LayoutError, Offer, Page, Provider, Request, clip
from scrapers.parsing.json_stream import amount, objects
from scrapers.parsing.machine_facts import machine_facts
from scrapers.parsing.table_offers import TableLayout, page_offers, require_offers

_TABLE = TableLayout(per="gpu_hour")


def parse(page: Page) -> Iterator[Offer]:
    """Yield an offer per configuration with GPUs and cluster, priced per machine, or the rows of the page's tables."""
    if page.read().lstrip()[:1] in (b"{", b"["):
        offers = (offer for item in objects(page, "items") for offer in _offers(page, item))
        yield from require_offers(page, offers, "configurations with gpus and price")
    else:
        yield from page_offers(page, _TABLE, "a table with a GPU and a price per hour")


def _offers(page: Page, item: dict[str, Any]) -> Iterator[Offer]:
    if not {"name", "gpus", "price"} <= item.keys():
        raise LayoutError(page, "name, gpus and price of a configuration", str(item))
    price = amount(page, item["price"])
    if price is None or not item["gpus"] or item.get("is_gpu_platform") is False:
        return
    for cluster in item.get("clusters") or ["global"]:
        yield Offer(
            source="configurations",
            instance=str(item["name"]),
            gpu_label=str(item.get("text_name") or item.get("gpu_name") or ""),
            gpu_count=Decimal(str(item["gpus"])),
            region=str(cluster),
            pricing_model="on_demand",
            price=price,
            currency=str(item.get("currency") or "USD").upper(),
            price_unit="instance_hour",
            product="machine",
            text=clip(f"{item['name']} {item.get('description', '')} price {item['price']}"),
            **machine_facts(
                vcpus=item.get("vcpus"),
                ram_gb=item.get("memory"),
                disk_gb=item.get("storage"),
                interconnect=item.get("compute_network"),
            ),
        )


_API = "https://api.cloud.denvrdata.com/api/v1/servers/virtual/GetConfigurations"
PROVIDER = Provider(
    slug="denvr",
    name="Denvr",
    requests=(
        Request(
            _API,
            "configurations",
            headers={"Authorization": "Bearer {GPUHOUR_DENVR_TOKEN}"},
            expect="json",
            alternatives=(
                Request("https://www.denvr.com/pricing", "pricing_page", ends_with="</html>"),
                Request("https://www.denvrdata.com/pricing", "pricing_page", ends_with="</html>"),
            ),
        ),
    ),
    parse=parse,
    access="API with a key, HTML page",
    publishes="on-demand by configuration and cluster",
    units="per instance-hour",
    hosts=("denvr.com", "denvrdata.com"),
    basis="documented",
    expects=("A100",),
)
