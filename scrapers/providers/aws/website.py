"""Reads the feeds behind AWS's own web pages: on-demand by region (b0p), spot prices (spot.js), spot savings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from scrapers.model import LayoutError, Offer, Page, clip
from scrapers.parsing.deduplicate import undisputed
from scrapers.parsing.json_stream import amount, flat_maps, items
from scrapers.parsing.machine_facts import disks_gb, gigabytes, machine_facts
from scrapers.providers.aws.accelerators import is_accelerated

_PLAIN_LINUX = {"Operating System": "Linux", "Pre Installed S/W": "NA", "License Model": "No License required"}


def read_on_demand(page: Page) -> Iterator[Offer]:
    """Yield the offers of the b0p feed; regions keep the names it prints ("US East (Ohio)").

    Raises LayoutError when no object states an instance type with a price.
    """
    offers: list[Offer] = []
    is_recognised = False
    for path, item in flat_maps(page):
        if "Instance Type" not in item or "price" not in item:
            continue
        is_recognised = True
        price, instance = amount(page, item["price"]), str(item["Instance Type"])
        region = str(item.get("Location") or path[-2])
        if price and is_accelerated(instance) and all(item.get(k, v) == v for k, v in _PLAIN_LINUX.items()):
            offers.append(
                Offer(
                    source="website_prices",
                    pricing_model="on_demand",
                    price=price,
                    price_unit="instance_hour",
                    text=clip(f"{item['price']} {path[-1]}"),
                    instance=instance,
                    region=region,
                    **machine_facts(
                        vcpus=item.get("vCPU"),
                        ram_gb=gigabytes(item.get("Memory")),
                        disk_gb=disks_gb(item.get("Storage")),
                        interconnect=item.get("Network Performance"),
                    ),
                )
            )
    if not is_recognised:
        raise LayoutError(page, "objects with 'Instance Type' and 'price'", page.text()[:200])
    yield from undisputed(offers)


def read_spot_feed(page: Page) -> Iterator[Offer]:
    """Yield the Linux offers of spot.js, `callback({...})`; regions keep its older names ("us-east", "apac-sin").

    Raises LayoutError when the wrapper or the regions are missing, or when the rate is not per hour.
    """
    inner = re.search(rb"\(\s*(\{.*)", page.read(), re.DOTALL)
    if inner is None:
        raise LayoutError(page, "callback({...})", page.text()[:200])
    feed = replace(page, path=None, content=re.sub(rb"\)\s*;?\s*$", b"", inner[1]))
    if any(rate != "perhr" for rate in items(feed, "config.rate")):
        raise LayoutError(page, 'config.rate "perhr"', page.text()[:200])
    regions = list(items(feed, "config.regions.item"))
    if not regions:
        raise LayoutError(page, "config.regions", page.text()[:200])
    yield from undisputed(offer for region in regions for offer in _spot_offers(page, region))


def _spot_offers(page: Page, region: dict[str, Any]) -> Iterator[Offer]:
    for kind in region.get("instanceTypes", ()):
        for size in kind.get("sizes", ()):
            if is_accelerated(str(size.get("size"))):
                for column in size.get("valueColumns", ()):
                    price = amount(page, column.get("prices", {}).get("USD"))
                    if column.get("name") == "linux" and price:
                        yield Offer(
                            source="spot_feed",
                            pricing_model="spot",
                            price=price,
                            price_unit="instance_hour",
                            text=f"{size['size']} linux USD {column['prices']['USD']}",
                            instance=size["size"],
                            region=str(region.get("region", "")),
                        )


def read_spot_advisor(page: Page) -> Iterator[Offer]:
    """Yield an offer without a price per Linux spot type and region.

    The file states savings (s, percent) and interruption class (r, 0 to 4) only. Raises LayoutError when nothing
    lies under "spot_advisor".
    """
    is_recognised = False
    for path, fact in flat_maps(page):
        if len(path) == 4 and path[0] == "spot_advisor" and path[2] == "Linux" and {"s", "r"} <= fact.keys():
            is_recognised = True
            if is_accelerated(path[3]):
                yield Offer(
                    source="spot_advisor",
                    pricing_model="spot",
                    price=None,
                    price_unit="",
                    price_status="no_price_stated",
                    text=f"s={fact['s']} r={fact['r']}",
                    instance=path[3],
                    region=path[1],
                )
    if not is_recognised:
        raise LayoutError(page, "spot_advisor.REGION.Linux.TYPE with s and r", page.text()[:200])
