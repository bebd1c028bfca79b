"""Interprets the words around an amount: pricing model, term, unit, start date, and whether it is only a bound."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from scrapers.model import Availability, LayoutError, Page, PriceStatus, PriceUnit, PricingModel
from scrapers.parsing.text import BOUND, Money, money

_SPAN = r"\d+\s*[-–—]\s*\d+|\d+\s*\+"
_DURATION = re.compile(rf"(?P<span>{_SPAN})?(?P<n>\d+)?[\s-]*(?P<unit>month|mo|year|yr|day|week)s?\b", re.IGNORECASE)
_PRICE = re.compile(
    r"PRICE|PRICING|\bCOST|\bRATE\b|ON[- ]?DEMAND|SPOT|PREEMPT|RESERV|COMMIT|HOURLY|PER HOUR|GPU[- ]?(?:HOUR|HR)\b"
    r"|/\s*H(?:OU)?R?\b|PAY AS YOU GO|STARTING|AS LOW AS|LIST|MONTHLY|\d+\s*-?\s*(?:MONTH|YEAR|DAY)"
)
_TIME = re.compile(
    r"(?:/|\bper\b|\ba\b|-|\b)\s*(?P<unit>hourly|hours?|hrs?|h|monthly|months?|mo|seconds?|secs?|s|minutes?|mins?|days?"
    r"|daily|weeks?|weekly|years?|yrs?|yearly)\b",
    re.IGNORECASE,
)
_PER_GPU = re.compile(r"(?:/|\bper\b)\s*GPU|\bGPU\s*[-/]?\s*(?:per\s+)?(?:hours?|hrs?|h)\b|single GPU", re.IGNORECASE)
_EFFECTIVE = re.compile(r"effective\s+(?:from\s+|as of\s+)?(\w+ \d{1,2},? \d{4})", re.IGNORECASE)
_UNTIL = re.compile(r"(?:effective|valid)\b.{0,40}?\b(?:until|through|to)\s+(\w+ \d{1,2},? \d{4})", re.IGNORECASE)
_SALES = re.compile(r"contact|talk to|get (?:a quote|in touch)|request|pre-?\s?order|inquire", re.IGNORECASE)
_BUTTON = re.compile(r"^(?:reserve|deploy|get|start|sign up|learn|try|launch|order|buy)\b[\w ]{0,20}$", re.IGNORECASE)
_STATES: tuple[tuple[str, Availability], ...] = (
    (r"sold\s?out|out of stock|unavailable|no longer|discontinued", "sold_out"),
    (r"wait\s?list|coming soon|pre-?\s?order|notify me|join", "waitlist"),
    (r"limited", "limited"),
)
LOWEST = re.compile(r"^(?:from|start(?:s|ing)?)\b", re.IGNORECASE)
_NOTHING = re.compile(r"^[\W_]*$|^n/?a$|^not (?:available|offered)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Column:
    """A price column: how its header, and the title above it, describe its amounts."""

    title: str
    model: PricingModel
    term_months: int | None = None
    effective_from: date | None = None
    effective_until: date | None = None
    is_floor: bool = False  # "starting from": of a commitment the floor is what is published, otherwise it is no price


def price_column(page: Page, title: str, section: str = "") -> Column | None:
    """Interpret a column title; None for a column without prices.

    Raises LayoutError for a start or an end date that cannot be read.
    """
    upper = title.upper()
    if not _PRICE.search(upper):
        return None
    model = _model(upper) or _model(section.upper()) or "on_demand"
    term = months(upper) if model == "reserved" else None
    start, end = _effective(page, title)
    return Column(title, model, term, start, end, BOUND.search(title) is not None)


def _model(text: str) -> PricingModel | None:
    if re.search(r"SPOT|PREEMPT|INTERRUPT", text):
        return "spot"
    if re.search(r"\bDYNAMIC\b", text):
        return "dynamic"
    if re.search(r"RESERV|COMMIT|\d+\s*\+?\s*-?\s*(?:MONTH|YEAR|DAY|WEEK)", text):
        return "reserved"
    return "on_demand" if re.search(r"ON[- ]?DEMAND|PAY AS YOU GO", text) else None


def months(text: str) -> int | None:
    """Return the months of the one duration in a text ("3 years"); None for none, several, spans and days."""
    hits = [hit for hit in _DURATION.finditer(text) if hit["n"] or hit["span"]]
    if len(hits) != 1 or hits[0]["span"] or hits[0]["unit"].lower() in ("day", "week"):
        return None
    if text[hits[0].end() :].lstrip().startswith(("+", "-", "–", "—")):
        return None
    return int(hits[0]["n"]) * (12 if hits[0]["unit"].lower() in ("year", "yr") else 1)


def _effective(page: Page, title: str) -> tuple[date | None, date | None]:
    """Return the first and the last day on which the column's prices apply, where stated."""
    start, end = _EFFECTIVE.search(title), _UNTIL.search(title)
    if start is None and end is None:
        if re.search(r"\beffective\b", title, re.IGNORECASE):
            raise LayoutError(page, "the day from which, or until which, a price is effective", title)
        return None, None
    return _date(page, title, start), _date(page, title, end)


def _date(page: Page, title: str, hit: re.Match[str] | None) -> date | None:
    if hit is None:
        return None
    try:
        return datetime.strptime(hit[1].replace(",", ""), "%B %d %Y").replace(tzinfo=UTC).date()
    except ValueError:
        raise LayoutError(page, "the day from which, or until which, a price is effective", title) from None


def unit(page: Page, text: str, per: PriceUnit, otherwise: str = "") -> PriceUnit:
    """Return the price unit that a text states; `per` is what an hour buys where no GPU is named.

    `otherwise` is read where the text names no time. Raises LayoutError for a time unit that is not supported, and
    for none at all: a price without its unit is no price.
    """
    for words in (text, otherwise):
        units = time_units(words)
        if len(units) > 1:
            raise LayoutError(page, "one unit of time beside the price", words)
        if units:
            is_per_gpu = per == "gpu_hour" or _PER_GPU.search(f"{text} {otherwise}") is not None
            return _price_unit(page, units.pop(), is_per_gpu, words)
    raise LayoutError(page, "the price's unit of time", f"{text} {otherwise}".strip())


def time_units(text: str) -> set[str]:
    """Return the units of time in a text ("hour", "month" ...), except those of commitments."""
    return {_unit_name(hit["unit"]) for hit in _TIME.finditer(_without_durations(text))}


_STATED = re.compile(
    r"(?:[$€£₹]\s*\d[\d.,]*\**\s*(?:/|\bper\b)\s*|\bper GPU per |\bpric\w+ per )"
    r"(?:GPU\s*(?:[-/]|per)?\s*)?(?P<unit>[a-z]+)",
    re.IGNORECASE,
)


def page_time_unit(text: str) -> str:
    """Return the one unit of time that a page names beside amounts and in words ("per GPU per hour"), else ""."""
    units = {name for hit in _STATED.finditer(text) for name in time_units(hit["unit"])}
    return units.pop() if len(units) == 1 else ""


def _without_durations(text: str) -> str:
    return re.sub(rf"(?:{_SPAN}|\d+)[\s-]*(?:month|year|yr|day|week)s?\b", " ", text, flags=re.IGNORECASE)


def _unit_name(printed: str) -> str:
    first = printed.lower()
    for name, forms in {"hour": ("h",), "month": ("mo",), "minute": ("min",), "second": ("s",)}.items():
        if first.startswith(forms):
            return name
    return first.rstrip("s")


def _price_unit(page: Page, time: str, is_per_gpu: bool, text: str) -> PriceUnit:
    if time == "hour":
        return "gpu_hour" if is_per_gpu else "instance_hour"
    if time == "month" and not _PER_GPU.search(text):  # a month of one GPU of several is not supported
        return "month"
    if time == "second" and is_per_gpu:
        return "gpu_second"
    raise LayoutError(page, "a price per hour, month or GPU-second", text)


@dataclass(frozen=True, slots=True)
class Quote:
    """The content of a price cell: an amount, or why there is none."""

    money: Money | None
    status: PriceStatus
    availability: Availability = "unknown"

    @property
    def price(self) -> Decimal | None:
        """Return the amount, or None."""
        return self.money.amount if self.money else None


def quote(page: Page, cell: str, column: Column, is_of_smallest: bool = False) -> Quote | None:
    """Read a cell of a price column; None when it is blank ("—", "").

    A bound ("from $2") is a price only of a commitment, since the floor is what is published of it, and where
    is_of_smallest: the row is of a range of sizes ("16-192" vCPUs), the smallest of which costs just that. Raises
    LayoutError for several amounts, and for words that are neither an amount nor a recognised way to state none.
    """
    if _NOTHING.match(cell):
        return None
    try:
        amount = money(cell)
    except ValueError as error:
        raise LayoutError(page, "one amount in a price cell", str(error)) from error
    state = availability(cell)
    if amount is None and state in ("sold_out", "waitlist"):
        return Quote(None, "not_offered" if state == "sold_out" else "contact_sales", state)
    if amount is None:
        if _SALES.search(cell):
            return Quote(None, "contact_sales")
        return Quote(None, "no_price_stated") if re.search(r"\d", cell) else None
    is_bound = column.is_floor or BOUND.search(cell) is not None
    is_price = not is_bound or column.model == "reserved" or (is_of_smallest and LOWEST.search(cell) is not None)
    if not amount.amount or not is_price:
        return Quote(None, "no_price_stated")
    return Quote(amount, "priced", state)


def availability(text: str) -> Availability:
    """Return the availability that words beside a price state; "unknown" where they state none."""
    return next((state for pattern, state in _STATES if re.search(pattern, text, re.IGNORECASE)), "unknown")


def is_price_like(cell: str) -> bool:
    """Check that a cell reads like a price or the lack of one, and not like a name or a list."""
    bare = re.sub(r"^(?:starts?|starting|from|as low as|up to)\b[\s:]*", "", cell.strip(), flags=re.IGNORECASE)
    bare = re.sub(r"^(?:from|at)\b\s*", "", bare, flags=re.IGNORECASE)
    return bool(
        re.match(r"^(?:(?:US)?\$|€|£|₹|USD|EUR|GBP|INR)?\s*\d", bare)
        or (len(cell) < 40 and _SALES.search(cell))
        or _BUTTON.match(cell)
        or (len(cell) < 40 and (availability(cell) != "unknown" or cell.strip().lower() == "free"))
        or _NOTHING.match(cell)
    )
