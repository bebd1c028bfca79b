"""Interprets single header cells, price cells and machine names of Google's price tables, on whichever page."""

from __future__ import annotations

import re
from decimal import Decimal

from scrapers.model import PriceStatus, PricingModel
from scrapers.parsing.text import number, squash

# Machine families that hold accelerators: A2..A4X, G2.. (g1-small is a plain VM), and TPU hosts (ct6e-standard-4t).
ACCELERATOR = re.compile(r"(?:a[2-9]\d*x?|g[2-9]\d*|ct\d\w*|tpu\w*)-[a-z0-9-]+", re.IGNORECASE)
REGION = re.compile(r"[^()]{2,60}\((?P<code>[a-z]+-[a-z]+\d+)\)")
_AMOUNT = re.compile(r"\$\s*(?P<digits>\d[\d,]*(?:\s?\.\d+)?)(?P<after>[^$]*)")
_UNIT = re.compile(r"(?:/|per)\s*(?:1\s+)?(?:gpu|chip)?[\s/-]*(?P<unit>hour|hr|month|mo)s?\b", re.IGNORECASE)
_COUNT = re.compile(r"(?P<n>\d+)(?:\s*/\s*(?P<of>\d+))?")


def column(header: str) -> tuple[PricingModel, int | None] | None:
    """Interpret a header: (pricing model, commitment in months), or None for a column without prices we know."""
    text = header.upper()
    years = re.search(r"(\d)[\s-]*YEARS?", text)
    months = int(years[1]) * 12 if years else None
    if "FLEX-START" in text or "FLEX START" in text:
        return "dws_flex_start", None
    if "CALENDAR" in text:
        return "dws_calendar", None
    if "SPOT" in text or "PREEMPTIBLE" in text:
        return "spot", None
    if months:
        return ("flexible_cud" if "FLEX" in text else "reserved"), months
    return ("on_demand", None) if re.match(r"(GPU )?PRICE\b|ON[- ]DEMAND|DEFAULT\b", text) else None


def amounts(cell: str) -> dict[str, Decimal]:
    """Read a price cell into {"hour": USD, "month": USD}, as far as amounts with a unit are printed.

    "$2 .0000/ 1 hour" is 2.0000 an hour. An amount without a time unit, or per gibibyte, is not a price of a
    machine, and a cell that holds one, or two of a unit, states none.
    """
    rates: dict[str, Decimal] = {}
    for hit in _AMOUNT.finditer(squash(cell)):
        unit = _UNIT.match(hit["after"].strip())
        key = "" if unit is None else "month" if unit["unit"].lower().startswith("mo") else "hour"
        if not key or key in rates:  # a span, or an old price beside the new one
            return {}
        rates[key] = number(hit["digits"])
    return rates


def status(cell: str) -> PriceStatus:
    """Interpret a cell without a readable price: "N/A" is a statement, "-" and broken cells are none."""
    text = cell.lower()
    if "contact" in text or "sales" in text:
        return "contact_sales"
    return "not_offered" if re.search(r"\bn/a\b|not available|not offered", text) else "no_price_stated"


def count(text: str) -> Decimal | None:
    """Read the one count in "8", "1 GPU" or "1/8"; None when there is none or several."""
    hits = list(_COUNT.finditer(text))
    if len(hits) != 1:
        return None
    return Decimal(hits[0]["n"]) / Decimal(hits[0]["of"] or 1)
