"""Reads an old community file: "type/region" -> cost of a reserved instance per hour over its whole term."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from scrapers.model import LayoutError, Offer, Page
from scrapers.parsing.json_stream import amount, members
from scrapers.providers.aws.accelerators import is_accelerated

_LIST_PRICE_DIGITS = 6  # AWS prints at most this many significant decimals in list prices


def read(page: Page) -> Iterator[Offer]:
    """Yield reserved offers without a term: the file states neither the term nor the upfront option it averages.

    Nothing in the file says "reserved" either; but its rates are fees divided by the hours of a term, quotients
    with more digits than any list price has. A map of short numbers could be on-demand prices: LayoutError.
    """
    rates = dict(members(page, ""))
    quotients = sum(isinstance(rate, Decimal) and _digits(rate) > _LIST_PRICE_DIGITS for rate in rates.values())
    if quotients * 2 <= len(rates):
        raise LayoutError(page, "hourly quotients of reservation fees", str(next(iter(rates.items()), "")))
    for name, rate in rates.items():
        instance, _, region = name.partition("/")
        if is_accelerated(instance) and region and (price := amount(page, rate)):
            yield Offer(
                source="reserved_map",
                pricing_model="reserved",
                price=price,
                price_unit="instance_hour",
                text=f"{name}: {rate}",
                instance=instance,
                region=region,
            )


def _digits(rate: Decimal) -> int:
    return -int(rate.normalize().as_tuple().exponent)
