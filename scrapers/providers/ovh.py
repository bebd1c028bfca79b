"""OVHcloud: the public order catalog, in hundred-millionths of a euro, with GPU flavors among thousands of add-ons."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scrapers.model import Hints, LayoutError, Offer, Page, Provider, Request
from scrapers.parsing.json_stream import amount, items
from scrapers.parsing.object_offers import ObjectLayout, object_offers

# As https://eu.api.ovh.com/console-preview/ documents it: a plan code is a flavor and how it is billed.
_PLAN = re.compile(r"(?P<flavor>(?:a10|a100|h100|h200|l4|l40s|rtx\d+|t1|t2)(?:-le)?-\d+)\.(?P<billed>consumption)")
_FLAVOR = ObjectLayout(
    source="order_catalog",
    instance="{flavor}",
    prices={"price": "on_demand"},
    currency="{currency}",
    shift=-8,  # whole numbers of hundred-millionths
)


def parse(page: Page) -> Iterator[Offer]:
    """Yield an offer per GPU flavor billed by the hour. Raises LayoutError without currency or GPU flavors."""
    currency = next(items(page, "locale.currencyCode"), None)
    if not currency:
        raise LayoutError(page, "locale.currencyCode of the catalog", page.text()[:200])
    is_empty = True
    for addon in items(page, "addons.item"):
        hit = _PLAN.fullmatch(str(addon.get("planCode", ""))) if isinstance(addon, dict) else None
        if hit:
            is_empty = False
            yield from _offer(page, addon, hit["flavor"], str(currency))
    if is_empty:
        raise LayoutError(page, "add-ons whose planCode is a GPU flavor and '.consumption'", page.text()[:200])


def _offer(page: Page, addon: dict[str, Any], flavor: str, currency: str) -> Iterator[Offer]:
    hourly = {amount(page, p.get("price")) for p in addon.get("pricings") or () if p.get("intervalUnit") in _HOURLY}
    prices = hourly - {None}
    if len(prices) > 1:
        raise LayoutError(page, "one hourly price of a flavor", str(addon))
    state = "waitlist" if "coming_soon" in _tags(addon) else "unknown"  # priced, and not sold yet
    for price in prices:
        item = {**addon, "flavor": flavor, "price": price, "currency": currency}
        yield from object_offers(page, item, _FLAVOR, source=page.source or _FLAVOR.source, availability=state)


def _tags(addon: dict[str, Any]) -> set[str]:
    blobs = addon.get("blobs")
    tags = blobs.get("tags") if isinstance(blobs, dict) else None
    return {str(tag).lower().replace("-", "_") for tag in tags} if isinstance(tags, list) else set()


_HOURLY: set[object] = {"hour", "none", None}


def _request(api: str, subsidiary: str, source: str) -> Request:
    url = f"{api}/order/catalog/public/cloud?ovhSubsidiary={subsidiary}"
    return Request(url, source, expect="json", ends_with="}", timeout=120)


PROVIDER = Provider(
    slug="ovh",
    name="OVHcloud",
    requests=(
        _request("https://eu.api.ovh.com/v1", "IE", "order_catalog"),
        _request("https://api.us.ovhcloud.com/1.0", "US", "order_catalog_us"),  # of another company, in dollars
    ),
    parse=parse,
    access="public API",
    publishes="on-demand",
    units="per instance-hour, in hundred-millionths of EUR; in the US of USD",
    aliases=("ovhcloud",),
    basis="documented",
    hints=Hints(
        rows_left_out=((r"planCode=.*\.monthly", "a plan by the month of a machine that is read by the hour"),)
    ),
)
