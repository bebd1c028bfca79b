"""The European Central Bank's reference rates, which convert a price in another currency on its day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from bs4 import BeautifulSoup, Tag

from scrapers.model import LayoutError, Offer, Page, Provider, Request

DAILY = Request(
    "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist-90d.xml",
    "reference_rates",
    ends_with="</gesmes:Envelope>",
)


@dataclass(frozen=True, slots=True)
class Rate:
    """Units of a currency (ISO code) for one euro, on a working day."""

    rate_on: date
    currency: str
    per_eur: Decimal


def rates(page: Page) -> list[Rate]:
    """Return the reference rates of the last ninety days, as published around 16:00 CET on working days.

    Raises LayoutError when a day holds no rate, or one that is not positive.
    """
    days = BeautifulSoup(page.text(), "xml").find_all("Cube", attrs={"time": True})
    day_rates = [rate for day in days for rate in _of_day(page, str(day["time"]), day.find_all("Cube"))]
    if not day_rates:
        raise LayoutError(page, "<Cube time=...> with <Cube currency=... rate=...>", page.text()[:300])
    return day_rates


def _of_day(page: Page, day: str, cubes: Iterable[Tag]) -> list[Rate]:
    try:
        day_rates = [Rate(date.fromisoformat(day), str(c["currency"]), Decimal(str(c["rate"]))) for c in cubes]
    except (KeyError, ValueError, InvalidOperation) as broken:
        raise LayoutError(page, "a date, a currency and a rate", str(broken)) from broken
    if not day_rates or any(rate.per_eur <= 0 for rate in day_rates):
        raise LayoutError(page, f"positive rates of {day}", str(day_rates))
    return day_rates


def _no_offers(_: Page) -> list[Offer]:
    return []


# Fetched and archived like a provider's page, but without offers.
ECB = Provider(
    slug="ecb",
    name="European Central Bank",
    requests=(DAILY,),
    parse=_no_offers,
    access="public XML",
    publishes="reference exchange rates",
    units="per euro",
)
