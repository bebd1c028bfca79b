"""The price filter and time spans that several commands share."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Literal, get_args

from cyclopts import Parameter

from pipelines.errors import UsageError
from scrapers.model import PricingModel
from warehouse.identity import regions
from warehouse.identity.nearest import nearest

Sort = Literal["price", "gpu", "memory", "provider", "newest"]
SOLD_OUT = ("sold_out", "waitlist")  # availabilities, as the macro is_sold_out has them
MAX_AGE = 35  # days after which a price that was not observed again no longer counts


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class PriceFilter:
    """Criteria that prices must meet; None matches all. `gpu` is any label ("A100", "a100 80gb sxm", "rtx a6000")."""

    gpu: Annotated[str | None, Parameter(parse=False)] = None
    provider: Annotated[str | None, Parameter(help="Only this provider.")] = None
    pricing_model: Annotated[
        str | None, Parameter(help="Only on_demand, spot, reserved, or another pricing model.")
    ] = None
    region: Annotated[
        str | None, Parameter(help="Only regions whose name contains this, or a country or continent by name.")
    ] = None
    country: Annotated[str | None, Parameter(help="Only this country, by ISO code or English name.")] = None
    continent: Annotated[
        str | None,
        Parameter(help="Only this continent: Africa, Asia, Europe, North America, Oceania, South America."),
    ] = None
    source: Annotated[
        str | None,
        Parameter(
            help="Only this source (default: a provider's best-ranked); `seed` is the reference document (2023)."
        ),
    ] = None

    def __post_init__(self) -> None:
        """Replace names of places by those that are stored. Raises UsageError for unknown ones."""
        if self.country:
            object.__setattr__(self, "country", place_name(self.country, regions.country_code))
        if self.continent:
            object.__setattr__(self, "continent", place_name(self.continent, regions.continent_name))


def place_name(text: str, find: Callable[[str], str]) -> str:
    """Return the stored name of a country or continent. Raises UsageError with the nearest names."""
    try:
        return find(text)
    except regions.UnknownPlace as unknown:
        raise UsageError(str(unknown)) from unknown


ALL = PriceFilter()


def pricing_model(text: str) -> str:
    """Return a pricing model in our spelling ("On-Demand" is on_demand). Raises UsageError for an unknown one."""
    names: tuple[str, ...] = get_args(PricingModel)
    name = text.strip().lower().replace("-", "_").replace(" ", "_")
    if name not in names:
        raise UsageError(f"unknown pricing model {text!r}{nearest(text, names)}; known: {', '.join(names)}")
    return name


def day_since(text: str, today: date) -> date:
    """Return the day that "30d", "12w", "6m", "1y" before today or an ISO date means. Raises UsageError otherwise."""
    try:
        span = re.fullmatch(r"(\d+)\s*([dwmy])", text.strip().lower())
        if not span:
            return date.fromisoformat(text.strip())
        count, unit = int(span[1]), span[2]
        if unit in "dw":
            return today - timedelta(days=count * (7 if unit == "w" else 1))
        months = today.year * 12 + today.month - 1 - count * (12 if unit == "y" else 1)
        year, month = months // 12, months % 12 + 1
        # One month before 31 March is the end of February.
        return date(year, month, min(today.day, calendar.monthrange(year, month)[1]))
    except (ValueError, OverflowError) as wrong:
        raise UsageError(f"{text!r} is not a time span or day; try 30d, 12w, 6m, 1y or 2026-11-01") from wrong


def first_day(text: str, today: date) -> date:
    """Return the day that a month (2022-01: its first), a day or a time span before today means. Raises UsageError."""
    return day_since(f"{text.strip()}-01" if re.fullmatch(r"\d{4}-\d{2}", text.strip()) else text, today)


def span_of(text: str) -> timedelta:
    """Return the length of "7d" or "4w", a day at least. Raises UsageError."""
    span = re.fullmatch(r"(\d{1,4})\s*([dw])", text.strip().lower())
    days = int(span[1]) * (7 if span[2] == "w" else 1) if span else 0
    if not days:
        raise UsageError(f"{text!r} is not a number of days or weeks; try 7d or 4w")
    return timedelta(days=days)
