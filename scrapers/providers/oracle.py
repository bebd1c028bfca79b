"""Oracle Cloud: the public products API, whose GPU meters are priced per GPU and hour, the same in every region."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import ijson  # type: ignore[import-untyped]

from scrapers.model import LayoutError, Offer, Page, Provider, Request, clip

SOURCE = "products_api"
_COMMENT = re.compile(rb"\A\s*<!--.*?-->", re.DOTALL)


def parse(page: Page) -> Iterator[Offer]:
    """One offer per GPU meter and currency; identity comes from the part number, displayName is the printed label.

    A list cut at its end gives the complete products. Raises LayoutError when none is a GPU meter, or the JSON is bad.
    """
    # The metric tells what is sold; descriptions of other products merely mention GPUs.
    meters = [p for p in _products(page) if str(p.get("metricName")).casefold() == "gpu per hour"]
    if not meters:
        raise LayoutError(page, 'a product with metricName "GPU Per Hour"', page.text()[:200])
    for product in {str(p.get("partNumber", "")): p for p in meters}.values():
        yield from _offers(page.source or SOURCE, product)


def _products(page: Page) -> Iterator[dict[str, Any]]:
    found = False
    try:
        for product in ijson.items(_COMMENT.sub(b"", page.read()), "items.item"):
            found = True
            yield product
    except ijson.JSONError as error:
        if "premature EOF" not in str(error):
            raise LayoutError(page, "a JSON object with a list `items`", str(error)) from error
    if not found:
        raise LayoutError(page, "a JSON object with at least one complete product in `items`", page.text()[:200])


def _offers(source: str, product: dict[str, Any]) -> Iterator[Offer]:
    name = str(product.get("displayName", ""))
    for block in product.get("currencyCodeLocalizations", []):
        rates = [p for p in block.get("prices", []) if p.get("model") == "PAY_AS_YOU_GO"]
        price = Decimal(rates[0]["value"]) if len(rates) == 1 else None  # several: tiers, none of them the price
        if price == 0:
            continue
        yield Offer(
            source=source,
            pricing_model="on_demand",
            price=price,
            price_unit="" if price is None else "gpu_hour",
            price_status="no_price_stated" if price is None else "priced",
            instance=str(product.get("partNumber", "")),
            gpu_label=_label(name),
            currency=block.get("currencyCode", "USD"),
            text=clip(f"{product.get('partNumber')} {name}: {block.get('currencyCode')} {price} GPU Per Hour"),
        )


def _label(name: str) -> str:
    """What follows the word GPU: "Compute - GPU - H100" -> "H100"; else the whole name."""
    return re.sub(r"\s+", " ", name.rpartition("GPU")[2]).strip(" -") or name


PROVIDER = Provider(
    slug="oracle",
    name="Oracle Cloud",
    requests=(
        Request(
            "https://apexapps.oracle.com/pls/apex/cetools/api/v1/products/?currencyCode=USD",
            source=SOURCE,
            ends_with="}",
        ),
    ),
    parse=parse,
    access="public API",
    publishes="on-demand; preemptible is half of it",
    units="per GPU-hour",
)
