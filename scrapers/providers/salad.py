"""Salad: GPU classes of private owners' PCs, one price per priority; the API needs a key, with its organisation."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from scrapers.model import LayoutError, Offer, Page, Provider, Request, clip
from scrapers.parsing.json_stream import amount, objects
from scrapers.parsing.table_offers import TableLayout, page_offers, require_offers

_TABLE = TableLayout(per="gpu_hour")


def parse(page: Page) -> Iterator[Offer]:
    """Yield an offer per GPU class and priority: "batch" is the cheapest and the first to be stopped."""
    if page.read().lstrip()[:1] in (b"{", b"["):
        offers = (offer for item in objects(page, "items") for offer in _offers(page, item))
        yield from require_offers(page, offers, "GPU classes with prices by priority")
    else:
        yield from page_offers(page, _TABLE, "a table with a GPU and a price per hour")


def _offers(page: Page, item: dict[str, Any]) -> Iterator[Offer]:
    if not isinstance(item.get("prices"), list) or "name" not in item:
        raise LayoutError(page, "name and prices of a GPU class", str(item))
    name, kind = str(item["name"]), str(item.get("gpu_class_type") or "")
    for rate in item["prices"]:
        price = amount(page, rate.get("price"))
        if price is None:
            continue
        yield Offer(
            source="gpu_classes",
            instance=f"{name} {kind} {rate.get('priority', '')} priority".replace("  ", " "),
            gpu_label=name,
            gpu_count=Decimal(1),  # a container has one GPU of the class
            region="global",
            pricing_model="on_demand" if rate.get("priority") == "high" else "spot",
            price=price,
            price_unit="gpu_hour",
            availability="limited" if item.get("is_high_demand") else "unknown",
            product="container",
            text=clip(f"{name} {kind} {rate.get('priority')} {rate['price']}"),
        )


_API = "https://api.salad.com/api/public/organizations/{GPUHOUR_SALAD_ORGANIZATION}/gpu-classes"
PROVIDER = Provider(
    slug="salad",
    name="Salad",
    requests=(
        Request(
            _API,
            "gpu_classes",
            headers={"Salad-Api-Key": "{GPUHOUR_SALAD_TOKEN}"},
            expect="json",
            alternatives=(Request("https://salad.com/pricing", "pricing_page", ends_with="</html>"),),
        ),
    ),
    parse=parse,
    access="API with a key, HTML page",
    publishes="on-demand (high priority), interruptible (medium, low, batch)",
    units="per GPU-hour, of one container",
    note="lower priorities are stopped when a higher one wants the GPU, and count as spot",
    kind="marketplace",
    basis="documented",
)
