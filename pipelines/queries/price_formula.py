"""Spells out how a native price became USD per GPU-hour, and recomputes it, so that anyone can check it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

_SIX = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Formula:
    """The steps as text, and their result in USD per GPU-hour (None where an input is unknown)."""

    steps: str
    result: Decimal | None


def formula(price: Mapping[str, Any], hours_per_month: int, hours_per_year: int) -> Formula:
    """Return the steps for a row of v1.price_intervals, with the database's own hours per month and year."""
    if price["price"] is None or price["price_scope"] != "instance":
        return Formula(f"no price per GPU-hour: its scope is {price['price_scope']}", None)
    per_hour, hours = _per_hour(price, hours_per_month, hours_per_year)
    if per_hour is None:
        return Formula(f"no price per GPU-hour: the hours in a {price['price_unit']} are unknown", None)
    rate, rated = _rate(price)
    term = Decimal(hours_per_year) * (price["term_months"] or 0) / 12
    is_per_gpu = str(price["price_unit"]).startswith("gpu_")
    count = Decimal(1) if is_per_gpu else price["gpu_count"]
    if not count:
        return Formula("no price per GPU-hour: the number of GPUs is unknown", None)
    shared = "" if is_per_gpu else f" / {_plain(count)} GPU{'s' if count != 1 else ''}"
    steps = f"{_plain(price['price'])} {price['currency']} per {price['price_unit']}{hours}{rated}{shared}"
    result = per_hour * rate / count
    if fee := price.get("upfront_price"):
        if not term:
            return Formula(f"{steps} + {_plain(fee)} {price['currency']} upfront over an unknown term", None)
        # The fee is per instance even if the rest of the price is per GPU.
        over = price["gpu_count"] or count
        steps += f" + {_plain(fee)} {price['currency']} upfront{rated} / {_plain(term)} h / {_plain(over)} GPUs"
        result += fee * rate / term / over
    rounded = result.quantize(_SIX, ROUND_HALF_UP)
    return Formula(f"{steps} = {_plain(rounded)} USD per GPU-hour", rounded)


def agrees(derived: Formula, published: Decimal | None) -> bool:
    """Return whether the published number is the result of the steps, up to rounding of the last digit."""
    if derived.result is None or published is None:
        return derived.result is published
    return abs(derived.result - published) <= 2 * _SIX


def _per_hour(price: Mapping[str, Any], month: int, year: int) -> tuple[Decimal | None, str]:
    """Return the price per hour in its own currency, and the step that converts it."""
    amount, term = Decimal(price["price"]), Decimal(year) * (price["term_months"] or 0) / 12
    if price["price_unit"] == "term_total":
        return (amount / term, f" / {_plain(term)} h") if term else (None, "")
    match price["price_unit"].rpartition("_")[2]:
        case "hour":
            return amount, ""
        case "second":
            return amount * 3600, " x 3600 s"
        case "minute":
            return amount * 60, " x 60 min"
        case "day" | "week" | "month" | "year" as time:
            hours = {"day": 24, "week": 168, "month": month, "year": year}[time]
            return amount / hours, f" / {hours} h"
    return None, ""


def _rate(price: Mapping[str, Any]) -> tuple[Decimal, str]:
    if price["currency"] == "USD":
        return Decimal(1), ""
    rate = Decimal(str(price["usd_per_unit"] or "NaN"))
    return rate, f" x {_plain(rate)} USD per {price['currency']} (rate of {price['rate_on']})"


def _plain(number: Decimal) -> str:
    return f"{Decimal(number).normalize():f}"
