"""Oracle Cloud: the public products API, whose GPU meters are priced per GPU and hour, the same in every region."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from scrapers.model import LayoutError, Offer, Page, Provider, Request, clip
from scrapers.parsing.json_stream import objects

SOURCE = "products_api"
# Software licences by the GPU, and machines in a customer's own data centre, rent out no GPU.
_OTHER = re.compile(
    r"licen[cs]e|\bBYOL\b|subscription|support|AI Enterprise|omniverse|software|marketplace|@\s*Customer"
    r"|Cloud at Customer|Dedicated Region|on-?premises",
    re.IGNORECASE,
)


def parse(page: Page) -> Iterator[Offer]:
    """Yield one offer per GPU meter and currency; identity comes from the part number, the label from displayName.

    Raises LayoutError when no product is a GPU meter, or the JSON is invalid or cut.
    """
    # The metric identifies the product; descriptions of other products merely mention GPUs.
    metered = [p for p in objects(page, "items") if str(p.get("metricName")).casefold() == "gpu per hour"]
    meters = [p for p in metered if not _OTHER.search(f"{p.get('displayName')} | {p.get('serviceCategory')}")]
    if not meters:
        raise LayoutError(page, 'a product with metricName "GPU Per Hour"', page.text()[:200])
    for product in {str(p.get("partNumber", "")): p for p in meters}.values():
        yield from _offers(page.source or SOURCE, product)


def _offers(source: str, product: dict[str, Any]) -> Iterator[Offer]:
    name = str(product.get("displayName", ""))
    for block in _currencies(product):
        rates = {p.get("value") for p in block.get("prices", []) if p.get("model") == "PAY_AS_YOU_GO"}
        price = _amount(rates.pop()) if len(rates) == 1 else None  # several: tiers, none of them the price
        if price == 0:
            continue
        yield Offer(
            source=source,
            pricing_model="on_demand",
            price=price,
            price_unit="" if price is None else "gpu_hour",
            price_status="no_price_stated" if price is None else "priced",
            instance=str(product.get("partNumber", "")),
            region="global",
            gpu_label=_label(name),
            currency=block.get("currencyCode", "USD"),
            text=clip(f"{product.get('partNumber')} {name}: {block.get('currencyCode')} {price} GPU Per Hour"),
        )


def _currencies(product: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the prices in USD where there are any: other currencies state the same price again."""
    blocks = product.get("currencyCodeLocalizations") or []
    return [b for b in blocks if b.get("currencyCode") == "USD"][:1] or blocks


def _amount(value: object) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _label(name: str) -> str:
    """Return the text after the word GPU: "Compute - GPU - H100" -> "H100"; else the whole name."""
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
    publishes="on-demand; preemptible P100 and V100 cost half as much",
    units="per GPU-hour",
    expects=("H100", "A100"),
)
