"""Salad: GPU classes of private owners' PCs, one price per priority; the API needs a key, with its organisation."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from scrapers.model import LayoutError, Offer, Page, Provider, Request
from scrapers.parsing.json_stream import objects
from scrapers.parsing.object_offers import ObjectLayout, object_offers
from scrapers.parsing.table_offers import TableLayout, page_offers, require_offers

_TABLE = TableLayout(per="gpu_hour")


def parse(page: Page) -> Iterator[Offer]:
    """Yield an offer per GPU class and priority: "batch" is the cheapest and the first to be stopped."""
    if page.read().lstrip()[:1] in (b"{", b"["):
        offers = (offer for item in objects(page, "items") for offer in _offers(page, item))
        yield from require_offers(page, offers, "GPU classes with prices by priority")
    else:
        yield from page_offers(page, _TABLE, "a table with a GPU and a price per hour")


_PRICE = ObjectLayout(
    source="gpu_classes",
    instance="{name} {gpu_class_type} {priority} priority",
    label="{name}",
    prices={"price": "spot"},
    unit="gpu_hour",
    product="container",
)


def _offers(page: Page, item: dict[str, Any]) -> Iterator[Offer]:
    """Yield the price of each priority; a container has one GPU of the class."""
    if not isinstance(item.get("prices"), list) or "name" not in item:
        raise LayoutError(page, "name and prices of a GPU class", str(item))
    state = "limited" if item.get("is_high_demand") else "unknown"
    for rate in item["prices"]:
        more = {"pricing_model": "on_demand"} if rate.get("priority") == "high" else {}
        yield from object_offers(page, {**item, **rate}, _PRICE, gpu_count=Decimal(1), availability=state, **more)


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
