"""Finds the unit of an amount that states none by its size beside the other prices of the same thing."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from typing import Final

from scrapers.reading.meaning.drafts import Draft
from scrapers.reading.whole_page.groups import together


def without_unit(drafts: list[Draft]) -> tuple[list[Draft], list[tuple[Draft, str]]]:
    kept, dropped = [], []
    records: dict[object, list[Draft]] = defaultdict(list)
    for d in drafts:
        records[together(d)].append(d)
    for d in drafts:
        if not d.rate.time:
            _unit_by_size(d, records[together(d)])
            _unit_by_growth(d, records[together(d)])
            _unit_by_days(d, records[together(d)])
            _hour_by_weeks(d, records[together(d)])
        if d.rate.time:
            kept.append(d)
        else:
            dropped.append((d, "no unit of time stands with it"))
    return kept, dropped


def years_by_the_month(drafts: list[Draft]) -> None:
    """Take a price below "Annual" that is no more than the month's beside it for a month's, with a year's commitment."""
    records: dict[object, list[Draft]] = defaultdict(list)
    for d in drafts:
        records[d.record.group, d.key, d.count].append(d)
    for d in drafts:
        if (d.rate.time, d.reasons.get("unit")) not in (("year", "the title"), ("term", "the row")):
            continue
        beside = records[d.record.group, d.key, d.count]
        months = [s.amount.value for s in beside if s.rate == replace(d.rate, time="month")]
        if months and _LEAST_OF_A_MONTH * max(months) <= d.amount.value <= max(months):
            d.rate, d.reasons["unit"] = replace(d.rate, time="month"), "its size beside the price of a month"
            d.model, d.term = "reserved", d.term or 12


_LEAST_OF_A_MONTH: Final = Decimal("0.3")


def _unit_by_size(d: Draft, siblings: list[Draft]) -> None:
    """Give a commitment's amount without a unit the one that fits its size beside the usual price: that, or the sum."""
    usual = [
        s
        for s in siblings
        if s.rate.time in ("hour", "month") and s.model == "on_demand" and s.rate.is_per_gpu == d.rate.is_per_gpu
    ]
    if not usual and d.fallback:
        d.rate, d.reasons["unit"] = replace(d.rate, time=d.fallback), "the page"
    for time, months in (("hour", Decimal(730)), ("month", Decimal(1))):
        values = {s.amount.value for s in usual if s.rate.time == time}
        if d.rate.time or d.model != "reserved" or not (d.term or d.band) or len(values) != 1:
            continue
        ratio = d.amount.value / values.pop()
        sums = (("month", months), ("term", months * d.term)) if d.term else ()
        for unit, times in ((time, Decimal(1)), *sums):
            if Decimal("0.2") <= ratio / times <= Decimal("1.15"):
                d.rate, d.reasons["unit"] = replace(d.rate, time=unit), f"its size beside the price of a {time}"


def _unit_by_days(d: Draft, siblings: list[Draft]) -> None:
    """Take amounts that grow with the days of their titles for the prices of those: "1 day $9, 7 days $56, 30 days $189"."""
    sums = sorted((days, s.amount.value) for s in siblings if not s.rate.time and (days := _days(s.title)))
    if d.rate.time or _days(d.title) is None or len({days for days, _ in sums}) < _FEWEST_SUMS:
        return
    if all(b > a and _LEAST_OF_A_MONTH <= (b / m) / (a / n) <= 1 for (n, a), (m, b) in itertools.pairwise(sums)):
        for s in siblings:
            if not s.rate.time and (days := _days(s.title)):
                s.rate, s.reasons["unit"] = replace(s.rate, time=_IN_DAYS[days]), "sums that grow with their days"
                s.model, s.term, s.band = ("on_demand", None, "") if days == 1 else ("reserved", None, f"{days} days")


def _hour_by_weeks(d: Draft, siblings: list[Draft]) -> None:
    """Take an amount below "1-Week" that is hardly less than the hour's beside it for an hour's, with that commitment."""
    hours = {s.amount.value for s in siblings if s.rate.time == "hour" and s.model == "on_demand"}
    if d.rate.time or not _TITLE_IN_WEEKS.fullmatch(d.title) or len(hours) != 1:
        return
    if Decimal("0.5") <= d.amount.value / hours.pop() <= 1:
        d.rate, d.reasons["unit"] = replace(d.rate, time="hour"), "its size beside the price of an hour"
        d.model, d.term, d.band = "reserved", None, d.title.strip().lower()


_TITLE_IN_WEEKS: Final = re.compile(r"\s*\d{1,2}[ -]?weeks?\s*", re.IGNORECASE)


def _days(title: str) -> int | None:
    hit = _TITLE_IN_DAYS.fullmatch(title)
    return int(hit[1]) if hit and int(hit[1]) in _IN_DAYS else None


_TITLE_IN_DAYS: Final = re.compile(r"\s*(\d{1,3})[ -]?days?\s*", re.IGNORECASE)
_IN_DAYS: Final = {1: "day", 7: "week", 30: "month", 365: "year"}
_FEWEST_SUMS: Final = 2


def _unit_by_growth(d: Draft, siblings: list[Draft]) -> None:
    """Take amounts that grow with their terms for the sums of those: "1 month $1,500, 3 months $4,200"."""
    sums = sorted((s.term, s.amount.value) for s in siblings if s.model == "reserved" and s.term and not s.rate.time)
    if d.rate.time or d.model != "reserved" or not d.term or len({term for term, _ in sums}) < 2:
        return
    if all(
        b > a and Decimal("0.5") <= (b / m) / (a / n) <= Decimal("1.02") for (n, a), (m, b) in itertools.pairwise(sums)
    ):
        for s in siblings:
            if s.model == "reserved" and s.term and not s.rate.time:
                s.rate, s.reasons["unit"] = replace(s.rate, time="term"), "sums that grow with their terms"
