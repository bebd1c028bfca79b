"""Azure: the Retail Prices API, which needs no key and states on-demand, spot, reservations and savings plans."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain
from typing import Any
from urllib.parse import urlencode, urlsplit

from scrapers.model import Hints, LayoutError, Offer, Page, PriceUnit, PricingModel, Provider, Request, clip
from scrapers.parsing.deduplicate import highest_ranked, series_key
from scrapers.parsing.json_stream import amount, items

_API = "https://prices.azure.com/api/retail/prices"
_HOST = "prices.azure.com"
_SIZE = re.compile(r"(?:Standard_)?N(?!P)[A-Z]*\d.*", re.IGNORECASE)  # N is Azure's GPU letter; NP holds FPGAs
_NAMES = {"skuName", "meterName"}
# H100 products say " Win" where others say " Windows". Low priority is sold through Batch only.
_OTHER = re.compile(r"\bWin(?:dows)?\b|Low Priority|Cloud ?Services|Dedicated|Promo\b|_Promo")
_TEST_REGION = re.compile(r"euap$")  # early-access copies of two regions, closed to customers
_END = re.compile(r"(?P<day>2[01]\d\d-\d\d-\d\d)(?:(?P<midnight>T00:00:00(?:\.0+)?Z?)|T[\d:.]+Z?)?")
_TERM = re.compile(r"(\d) Years?")
_NEEDED = {"armSkuName", "armRegionName", "productName", "type", "unitOfMeasure", "retailPrice"}


def parse(page: Page) -> Iterator[Offer]:
    """Yield the offers of one answer (up to 1,000 items), one per size, region, pricing model and term.

    Raises LayoutError without items (an empty answer to a first request is a fault), or with items of another
    shape.
    """
    ranked = []
    is_recognised = "skip=" in page.url and next(items(page, "Items"), None) == []
    for item in chain(items(page, "Items.item"), items(page, "item")):  # some recordings hold the items alone
        is_recognised = True
        if missing := _NEEDED - (item.keys() if isinstance(item, dict) else set()):
            raise LayoutError(page, f"item fields {sorted(missing)}", str(item))
        if not _NAMES & item.keys():  # Windows, Spot and Low Priority stand in the names alone
            raise LayoutError(page, f"one of the item fields {sorted(_NAMES)}", str(item))
        if _is_wanted(item) and not _has_ended(page, item):
            ranked += [(_rank(page, item), offer) for offer in _offers(page, item)]
    if not is_recognised:
        raise LayoutError(page, "Items of the Retail Prices API", page.text()[:200])
    yield from _now_and_next(ranked)


def _now_and_next(ranked: list[tuple[tuple[bool, bool, str], Offer]]) -> Iterator[Offer]:
    """Yield what each meter costs now, and the first price after that, if one is announced."""
    now = [(rank, offer) for rank, offer in ranked if rank[1]]
    is_primary = {series_key(offer): False for _, offer in now}
    for (primary, _, _), offer in now:
        is_primary[series_key(offer)] |= primary
    later = [
        ((primary, f"{10**8 - int(start[:10].replace('-', '')):08}"), offer)  # the earliest ranks highest
        for (primary, has_begun, start), offer in ranked
        if not has_begun and primary >= is_primary.get(series_key(offer), False)
    ]
    yield from highest_ranked(now)
    yield from highest_ranked(later)


def _is_wanted(item: Mapping[str, Any]) -> bool:
    size, region = str(item["armSkuName"]), str(item["armRegionName"] or "")
    return (
        _SIZE.fullmatch(size) is not None
        and not _OTHER.search(f"{size} | {_names(item)}")
        and item.get("serviceName", "Virtual Machines") == "Virtual Machines"
        and item["unitOfMeasure"] == "1 Hour"
        and region != ""
        and not _TEST_REGION.search(region)
        and str(item.get("tierMinimumUnits") or 0).strip("0.") == ""
    )


def _has_ended(page: Page, item: Mapping[str, Any]) -> bool:
    """Return whether the price was no longer in force at the capture. Its successor, if any, is an item of its own."""
    last = _last_day(item)
    return last is not None and last < page.captured_at.date()


def _last_day(item: Mapping[str, Any]) -> date | None:
    """Return the last day on which the price applies, None where no end is stated.

    Another form, or .NET's years 1 and 9999, state no end: the price itself is as good as any.
    """
    hit = _END.fullmatch(str(item.get("effectiveEndDate") or ""))
    try:
        day = date.fromisoformat(hit["day"]) if hit else None
    except ValueError:
        return None
    return day - timedelta(days=1) if day and hit and hit["midnight"] else day


def _names(item: Mapping[str, Any]) -> str:
    return " | ".join(str(item.get(name, "")) for name in ("productName", "skuName", "meterName"))


def _rank(page: Page, item: Mapping[str, Any]) -> tuple[bool, bool, str]:
    """Rank several meters of one product: the primary one bills; of those, the one that began last.

    A start date after the capture announces a price that is not in force yet.
    """
    start = str(item.get("effectiveStartDate", ""))
    return item.get("isPrimaryMeterRegion") is True, start[:10] <= page.captured_at.date().isoformat(), start


def _offers(page: Page, item: Mapping[str, Any]) -> Iterator[Offer]:
    kind, price = item["type"], amount(page, item["retailPrice"])
    is_spot = any(str(item.get(name, "")).endswith(" Spot") for name in _NAMES)
    if kind == "Reservation" and price:
        # The unit says "1 Hour"; the price is the total of the whole term.
        months = _months(page, item.get("reservationTerm"))
        text = f"{item['retailPrice']} {item['reservationTerm']}"
        yield _offer(page, item, "reserved", price, text, price_unit="term_total", term_months=months)
    elif kind == "Consumption" and price:
        yield _offer(page, item, "spot" if is_spot else "on_demand", price, str(item["retailPrice"]))
    for plan in item.get("savingsPlan") or () if kind == "Consumption" and not is_spot else ():
        rate, months = amount(page, plan.get("retailPrice")), _months(page, plan.get("term"))
        if rate:
            text = f"savings plan {plan['retailPrice']} {plan['term']}"
            yield _offer(page, item, "reserved", rate, text, source="savings_plan", term_months=months)


def _offer(
    page: Page,
    item: Mapping[str, Any],
    pricing_model: PricingModel,
    price: Decimal,
    text: str,
    *,
    source: str = "retail_prices",
    price_unit: PriceUnit = "instance_hour",
    term_months: int | None = None,
) -> Offer:
    return Offer(
        source=source,
        pricing_model=pricing_model,
        price=price,
        price_unit=price_unit,
        text=clip(f"{text}: {_names(item)}"),
        instance=item["armSkuName"],
        region=item["armRegionName"],
        term_months=term_months,
        currency=item.get("currencyCode", ""),
        effective_from=_day(page, item.get("effectiveStartDate")),
        effective_until=_last_day(item),
    )


def _day(page: Page, text: str | None) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        raise LayoutError(page, "a date in effectiveStartDate", str(text)) from None


def _months(page: Page, term: object) -> int:
    years = _TERM.fullmatch(str(term))
    if years is None:
        raise LayoutError(page, "a term in years", str(term))
    return int(years[1]) * 12


def follow(page: Page) -> Iterator[Request]:
    """Yield the next page of an answer, if any. Raises LayoutError when the link leads elsewhere."""
    link = next(items(page, "NextPageLink"), None)
    if link:
        if urlsplit(link).hostname != _HOST:
            raise LayoutError(page, f"a next page on {_HOST}", link)
        yield _request(link)


def _request(url: str) -> Request:
    return Request(url, "retail_prices", timeout=120, ends_with="}")


def _start(price_type: str) -> Request:
    # The preview version adds savings plans. Only primary meters: duplicates could lie on different pages.
    condition = (
        f"serviceName eq 'Virtual Machines' and priceType eq '{price_type}' and contains(armSkuName, 'Standard_N')"
    )
    query = {"api-version": "2023-01-01-preview", "meterRegion": "'primary'", "$filter": condition}
    return _request(f"{_API}?{urlencode(query)}")


PROVIDER = Provider(
    slug="azure",
    name="Azure",
    requests=(_start("Consumption"), _start("Reservation")),
    parse=parse,
    follow=follow,
    access="public API",
    publishes="on-demand, spot, reservations 1y/3y/5y, savings plans 1y/3y",
    units="per instance-hour; reservations as total of the term",
    expects=("H100", "A100", "T4"),
    hints=Hints(rows_left_out=((r"Name=.*Low Priority", "low priority is sold through Azure Batch only"),)),
)
