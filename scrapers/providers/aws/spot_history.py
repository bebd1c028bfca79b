"""Reads answers of DescribeSpotPriceHistory: the newest quote of each machine and zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from scrapers.model import LayoutError, Offer, Page
from scrapers.parsing.json_stream import amount, flat_maps
from scrapers.providers.aws.accelerators import is_accelerated

_FIELDS = {"AvailabilityZone", "InstanceType", "ProductDescription", "SpotPrice", "Timestamp"}
_LINUX = ("Linux/UNIX", "Linux/UNIX (Amazon VPC)")


def read(page: Page) -> Iterator[Offer]:
    """Yield the latest Linux quote per zone and type; the region of an offer is the zone.

    Raises LayoutError when there are no quotes or a time cannot be read.
    """
    latest: dict[tuple[str, str], tuple[datetime, Offer]] = {}
    is_recognised = False
    for _, quote in flat_maps(page):
        if not quote.keys() >= _FIELDS:
            continue
        is_recognised = True
        at, offer = _time(page, quote["Timestamp"]), _offer(page, quote)
        if offer is not None:
            earlier = latest.get((offer.region, offer.instance))
            if earlier is None or at > earlier[0]:
                latest[offer.region, offer.instance] = (at, offer)
    if not is_recognised:
        raise LayoutError(page, "quotes in SpotPriceHistory", page.text()[:200])
    yield from (offer for _, offer in latest.values())


def _time(page: Page, text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except (ValueError, TypeError) as error:
        raise LayoutError(page, "the time of a quote", str(text)) from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _offer(page: Page, quote: dict[str, Any]) -> Offer | None:
    price, instance, zone = amount(page, quote["SpotPrice"]), quote["InstanceType"], quote["AvailabilityZone"]
    if not price or quote["ProductDescription"] not in _LINUX or not is_accelerated(instance):
        return None
    return Offer(
        source="spot_history",
        pricing_model="spot",
        price=price,
        price_unit="instance_hour",
        text=f"{instance} {zone} {quote['SpotPrice']} {quote['Timestamp']}",
        instance=instance,
        region=zone,
    )
