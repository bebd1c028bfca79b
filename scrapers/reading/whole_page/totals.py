"""Tells sums for longer that repeat an hourly price from lower prices for a commitment."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from typing import Final

from scrapers.reading import words
from scrapers.reading.field_kinds import is_priced_title
from scrapers.reading.meaning.drafts import Draft
from scrapers.reading.units import rate
from scrapers.reading.whole_page.groups import HOURS_IN, together

_CLOSE: Final = Decimal("0.006")  # rounding to cents


def _is_sum_of(d: Draft, one: Draft) -> bool:
    """Return whether a price of a machine is only the price per GPU beside it, times their number."""
    if one is d or d.rate.is_per_gpu or d.record is not one.record:
        return False
    alike = (d.model, d.term, d.rate.time, d.currency) == (one.model, one.term, one.rate.time, one.currency)
    if not one.rate.is_per_gpu and one.count != d.count:
        return False  # a machine of another size
    is_sized = one.rate.is_per_gpu or (
        one.amount.value < d.amount.value and (d.count or 1) > 1 and one.cell is not d.cell
    )
    count = d.count
    is_beside = d.is_per_machine and d.cell is one.cell  # "$31.92 per node hour ($3.99/GPU/hr)"
    is_remark = d.record.kind == "row" and d.cell is not one.cell and not is_priced_title(d.title)
    if one.rate.is_per_gpu and ((count is None and is_beside) or (d.count in (None, 1) and is_remark)):
        count = Decimal(round(d.amount.value / one.amount.value))
    return bool(
        is_sized and alike and count and abs(d.amount.value / count - one.amount.value) <= one.amount.value * _CLOSE
    )


def totals(drafts: list[Draft]) -> tuple[list[Draft], list[tuple[Draft, str]]]:
    """Explain monthly sums that repeat an hourly price of the same record, and date the other ones as commitments."""
    records: dict[object, list[Draft]] = defaultdict(list)
    for d in drafts:
        records[together(d)].append(d)
    own: dict[int, list[Draft]] = defaultdict(list)
    others: dict[int, set[int]] = defaultdict(set)
    for d in drafts:
        own[id(d.record)].append(d)
        others[id(d.record)] |= {id(d.cell)} if not d.rate.is_per_gpu else {0, id(d.cell)}
    kept: list[Draft] = []
    dropped: list[tuple[Draft, str]] = []
    for d in drafts:
        # Of one cell's amounts, which may be thousands, none is the sum of another where none is per GPU.
        may_be_sum = not d.rate.is_per_gpu and len(others[id(d.record)]) > 1
        parts = [s for s in own[id(d.record)] if _is_sum_of(d, s)] if may_be_sum else []
        if parts:
            for s in parts:
                if not s.rate.is_per_gpu:
                    s.rate, s.reasons["per GPU"] = (
                        replace(s.rate, is_per_gpu=True),
                        "the price of the machine beside it",
                    )
            dropped.append((d, "the same price for all GPUs of the machine"))
            continue
        if (hours := _hours_of(d.title)) and d.rate.time == "hour":
            is_sum = any(
                abs(s.amount.value * hours - d.amount.value) <= _CLOSE * d.amount.value for s in own[id(d.record)]
            )
            dropped.append((d, f"{'' if is_sum else 'unexplained: '}a sum of {hours} hours"))
            continue
        siblings = [
            s
            for s in (records[together(d)] if d.rate.time != "hour" else ())
            if s is not d and s.rate.time == "hour" and s.rate.is_per_gpu == d.rate.is_per_gpu
        ]
        if d.model == "on_demand" and d.rate.time in ("month", "year") and not siblings and _lost_its_hour(d):
            dropped.append((d, f"unexplained: a {d.rate.time}'s price without the hourly one that it stands beside"))
            continue
        divisors = HOURS_IN.get(d.rate.time, ())
        for shorter, numbers in _IN_SHORTER.get(d.rate.time, ()) if not siblings else ():
            siblings = siblings or [s for s in records[together(d)] if s.rate == replace(d.rate, time=shorter)]
            divisors = numbers if siblings and siblings[0].rate.time == shorter else divisors
        if divisors and siblings:
            rates = [d.amount.value / hours for hours in divisors]
            same = [s for s in siblings if (s.model, s.term) == (d.model, d.term) or d.model == "on_demand"]
            if any(
                abs(one - s.amount.value) <= max(s.amount.value * _CLOSE, _rounding(d), _cut_off(s))
                for s in same
                for one in rates
            ):
                dropped.append((d, f"the same price for a {d.rate.time}"))
                continue
            if d.model == "on_demand" and d.rate.time in ("day", "week", "month", "year"):
                d.model, d.reasons["model"] = "reserved", _FOR_LONGER
                d.term = {"month": 1, "year": 12}.get(d.rate.time)
        if d.model == "reserved" and d.term is None and not d.band and d.rate.time == "year":
            d.term = 12
        kept.append(d)
    return _like_their_column(kept, dropped)


def _hours_of(title: str) -> int:
    """Return how many hours a title's amounts are of, where it states several: "20 hours", "5 小时情景"."""
    hit = _OF_HOURS.match(title)
    return int(hit["n"]) if hit and int(hit["n"]) > 1 else 0


_OF_HOURS: Final = re.compile(
    r"\s*(?:(?:cost|price|total|kosten|preis|费用|成本)\s*(?:for|of|für|\()?\s*)?(?P<n>\d{1,4})\s*(?:hours|hrs|h\b|stunden|heures|часов|小时|個?小時|時間)",
    re.IGNORECASE,
)
# Where no hourly price stands beside it, a price for longer is set against those for a day or a month.
_IN_SHORTER: Final = {
    "week": (("day", (Decimal(7),)),),
    "month": (("day", tuple(map(Decimal, ("30", "30.4", "31")))),),
    "year": (("month", (Decimal(12),)), ("day", tuple(map(Decimal, ("360", "365"))))),
}


def _like_their_column(
    kept: list[Draft], dropped: list[tuple[Draft, str]]
) -> tuple[list[Draft], list[tuple[Draft, str]]]:
    """Take a month's or a year's price whose hourly one is missing for what the others in its column are."""
    repeats = {_column(d) for d, reason in dropped if reason == f"the same price for a {d.rate.time}"}
    commits = {_column(d): d.term for d in kept if d.reasons.get("model") == _FOR_LONGER}
    hourly = {id(d.record) for d in kept if d.rate.time == "hour"}
    left: list[Draft] = []
    for d in kept:
        if d.record.kind != "row" or d.model != "on_demand" or id(d.record) in hourly:
            left.append(d)
        elif _column(d) in commits:
            d.model, d.term, d.reasons["model"] = "reserved", commits[_column(d)], _FOR_LONGER
            left.append(d)
        elif _column(d) in repeats:
            dropped.append((d, f"unexplained: a {d.rate.time}'s price without the hourly one that it stands beside"))
        else:
            left.append(d)
    return left, dropped


def _column(d: Draft) -> tuple[int, int, str]:
    return d.record.group, d.cell.column, d.rate.time


_FOR_LONGER: Final = "a lower price for the longer time"


def _lost_its_hour(d: Draft) -> bool:
    """Return whether a row has a column of hourly prices without one: a sum for longer may be a total or a commitment."""
    hourly = [
        f for f in d.record.fields if f is not d.cell and rate(f.title).time == "hour" and words.PRICE.search(f.title)
    ]
    return d.record.kind == "row" and bool(hourly) and not any(words.NOTHING.match(f.text) for f in hourly)


def _cut_off(d: Draft) -> Decimal:
    """Return by how much an hour may differ for the digits that were cut off: "$0.52" of 0.526."""
    places = -int(d.amount.value.as_tuple().exponent)
    return min(Decimal(10) ** -places / 2, d.amount.value * _MOST_CUT_OFF) if places == _CENTS else Decimal(0)


_CENTS: Final = 2  # places
_MOST_CUT_OFF: Final = Decimal("0.015")


def _rounding(d: Draft) -> Decimal:
    """Return by how much an hour may differ for the digits that were printed: a second's price has few."""
    places = -int(d.amount.value.as_tuple().exponent) if d.rate.time in ("second", "minute") else 9
    return Decimal(10) ** -places / HOURS_IN[d.rate.time][0]
