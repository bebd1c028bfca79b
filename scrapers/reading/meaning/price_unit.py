"""Reads what an amount buys: an hour or a month, of one GPU or of the machine."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from scrapers.reading import words
from scrapers.reading.accelerator_names import mentions
from scrapers.reading.amounts import Amount, find_amounts
from scrapers.reading.field_kinds import is_priced_title, kind_of
from scrapers.reading.meaning.commitment import marked_note
from scrapers.reading.meaning.drafts import Draft
from scrapers.reading.page_facts import PageFacts
from scrapers.reading.records import Field, Record
from scrapers.reading.tables.grids import has_money
from scrapers.reading.units import (
    Rate,
    after_amount,
    before_amount,
    pricing_model,
    rate,
    rate_of_prose,
    without_granularity,
)


def price_unit(
    record: Record, by_kind: dict[str, Field], f: Field, after: str, before: str, page: PageFacts, d: Draft
) -> Rate:
    """Return what the amount buys, from the nearest words that say so; the page's own habit last."""
    unit_field = by_kind["unit"].text if "unit" in by_kind else ""
    unit_field = f"/{unit_field}" if len(unit_field) <= _SHORTEST else unit_field  # "h", "mo"
    label_field = next((one for one in record.fields if one is not f and mentions(one.text)), None)
    texts = [
        ("the amount", after_amount(after)),
        ("the amount", before_amount(before)),
        ("the title", f.title),
        ("the unit", unit_field),
        ("a footnote", marked_note(f, d.amount, page)),
        *(("the row", one.text) for one in record.fields if one is not f and _is_time(one) and _tells(one, record)),
        (
            "the label",
            label_field.text
            if label_field
            and len(label_field.text) <= 120
            and (record.kind == "row" or _ENDS_IN_TIME.search(label_field.text))
            else "",
        ),
    ]
    if stated := next((hit for text in (*record.intro, *record.scope[:2]) if (hit := _UNIT_OF_ALL.search(text))), None):
        texts.insert(2, ("the unit", stated["unit"]))  # before the titles: "包月优惠价" is then a price of a plan
    texts += (
        [
            ("another title", one.title)
            for one in record.fields
            if one is not f
            and is_priced_title(one.title)
            and one.column >= 0
            and not words.DURATION.search(f.title)
            and (pricing_model(one.title) != "reserved" or pricing_model(f.title) == "reserved")
        ]
        if record.kind == "row"
        else []
    )
    own = rate(after_amount(after))
    if not own.time and (own.is_per_gpu or own.is_per_machine) and len(f.text) <= _SHORT_CELL:
        texts.insert(1, ("the amount", f.text))  # "$15.92/hr ($1.99/GPU)"
    if lead := _OF_ONE.fullmatch(before_amount(before)) or _OF_ONE.fullmatch(f.title):
        texts.insert(0, ("the amount", f"/{lead['unit'] or lead['sign']}"))  # "1 day – $10"
    if record.kind == "card" and (unit := next((p for p in f.title.split(" | ")[1:] if _UNIT_BELOW.match(p)), "")):
        texts.insert(0, ("the amount", unit))  # "Monthly" above the amount, "per hour" below it
    if unit := _in_turn(f, d.amount):
        texts.insert(0, ("the title", unit))
    if record.kind == "object" and words.SPOT.search(f.title):  # "min_bid" beside "dph_total"
        beside = [one.title for one in record.fields if one is not f and kind_of(one) == "price"]
        texts += [("another title", title) for title in beside if rate(title).time != "month"]
    if record.kind == "card":
        texts += [
            ("the card", one.text)
            for one in record.fields
            if one is not f
            and not has_money(one.text)
            and len(one.text) < 60
            and re.search(r"/|\bper\b|hourly|每", one.text)
        ]
    texts += [("above", text) for text in record.intro] + [("the heading", text) for text in record.scope]
    time, where, per_gpu, per_machine = "", "", False, words.OF_A_NODE.search(f.title) is not None
    for place, text in texts:
        is_prose = place in ("above", "a footnote") or (place == "the label" and len(text) > 60)
        if place in ("above", "the heading", "the card"):
            text = without_granularity(text)
        read = rate_of_prose(text) if is_prose else rate(text)
        if read.other and not read.is_per_gpu and place in ("above", "the heading"):
            continue  # of a disk, say
        if (
            not time
            and read.time
            and not (place == "the heading" and read.time != "hour" and not _TIME_HEADING.fullmatch(text))
        ):
            time, where = read.time, place
        per_machine |= read.is_per_machine and not read.is_per_gpu and not per_gpu and place != "another title"
        is_own = place != "another title" or (where == place and pricing_model(f.title) is not None)
        if read.is_per_gpu and not per_machine and not per_gpu and is_own:  # the nearest words say it
            per_gpu = True
            d.reasons["per GPU"] = place
    if not time and words.DURATION.search(f.title) and words.TOTAL.search(f.title):
        time, where = "term", "the title"
    if not time and page.time and words.DURATION.search(f"{f.title} {before}"):
        d.fallback = page.time  # "1 month": its size may say that it is a total
    elif not time and page.time:
        time, where = page.time, "the page"
    if record.kind == "object" and (flags := {one.text for one in record.fields if _flags_per_gpu(one.title)}):
        per_gpu, per_machine = flags == {"yes"}, flags == {"no"}
        d.reasons["per GPU"] = "a flag of the data" if per_gpu else ""
    d.is_per_machine = per_machine
    if record.kind == "object" and not per_gpu and not per_machine and _describes_one(record):
        per_gpu, d.reasons["per GPU"] = True, "its other figures are per GPU"
    if not per_gpu and not per_machine and page.is_per_gpu and not rate(f"{after_amount(after)} {f.title}").time:
        per_gpu = True
        d.reasons["per GPU"] = "the page"
    d.reasons["unit"] = where
    return Rate(time, per_gpu)


# "单位：元/卡时" above a table is the unit of all that it prices.
_UNIT_OF_ALL: Final = re.compile(r"(?:单位|單位|単位|\bunit)\s*[:：]\s*(?P<unit>[^\s，。；;,)）]{1,20})", re.IGNORECASE)
_IS_PER_GPU: Final = re.compile(r"\b(?:is|are) per gpu$|^per gpu$", re.IGNORECASE)


@lru_cache(maxsize=16_384)
def _flags_per_gpu(title: str) -> bool:
    return _IS_PER_GPU.search(title) is not None


def _in_turn(f: Field, amount: Amount) -> str:
    """Return the unit of an amount whose title names one for each of the cell's: "hour / month" above "€0.80 / €499"."""
    amounts = find_amounts(f.text)
    units = [piece for piece in _PIECE.split(f.title) if rate(piece).time]
    is_in_turn = 1 < len(units) == len(amounts) and len({rate(unit).time for unit in units}) == len(units)
    if not is_in_turn:
        return ""
    return next((unit for unit, one in zip(units, amounts, strict=True) if one.start == amount.start), "")


_UNIT_BELOW: Final = re.compile(r"\s*(?:/|per\b|pro\b|par\b)", re.IGNORECASE)
_OF_ONE: Final = re.compile(
    r"\W*(?:(?:1|one|a)\s(?P<unit>day|week|tag|woche|jour|semaine|день|неделя)|1\s?(?P<sign>天|日|周|週))間?\W*",
    re.IGNORECASE,
)
_PIECE: Final = re.compile(r"[/|,;]|\b(?:and|or|und|et)\b")


def _tells(f: Field, record: Record) -> bool:
    """Return whether a unit of time alone is that of the prices beside it: in a row, or under a billing cycle's key."""
    return record.kind == "row" or (record.kind == "object" and _CYCLE.search(f.title) is not None)


_CYCLE: Final = re.compile(r"\b(?:cycle|billing|period|frequency|recurrence)$", re.IGNORECASE)


def _is_time(f: Field) -> bool:
    """Return whether a cell is nothing but a unit of time: "Weekly", "per hour"."""
    return len(f.text) <= _SHORT and _TIME_CELL.fullmatch(f.text) is not None


# "GPU server – 2x RTX 4090 – Monthly"
_ENDS_IN_TIME: Final = re.compile(
    r"(?:[-–—|/,:(]|\bper|\bpro|\bpar)\s*(?:hour(?:ly)?|dai?ly|day|week(?:ly)?|month(?:ly)?|stunde|stündlich|monat(?:lich)?|heure|mois|mensuel|час|месяц|小时|月)(?:\s+(?:rental|billing|plan|rate))?\s*\)?\s*$",
    re.IGNORECASE,
)
_SHORTEST: Final = 3
_SHORT_CELL: Final = 60
_SHORT: Final = 20  # characters
_TIME_CELL: Final = re.compile(
    r"\s*(?:(?:per|pro|par|за|в|1|a|an)[\s-]+)?"
    r"(?:hour(?:ly)?|stunde|stündlich|heure|час|почасов\w+|小时|時間|dai?ly|day|tag|täglich|jour|день|сутки|天|日"
    r"|week(?:ly)?|woche|wöchentlich|semaine|недел[яю]|周|週|month(?:ly)?|monat(?:lich)?|mois|mensuel|месяц|月|year(?:ly)?|annual(?:ly)?|jahr|jährlich|an|annuel|год|年)\s*",
    re.IGNORECASE,
)


# The label of a tab: "Monthly", "Monthly billing".
_TIME_HEADING: Final = re.compile(
    rf"{_TIME_CELL.pattern}(?:(?:billing|prices?|pricing|plans?|rental|rates?)\s*)?", re.IGNORECASE
)


def _describes_one(record: Record) -> bool:
    """Return whether data states the vCPUs and memory that come with each GPU, and not those of a machine."""
    facts = [f for f in record.fields if kind_of(f) in ("vcpu", "ram")]
    return len(facts) >= _ENOUGH and all(words.PER_GPU.search(f.title) for f in facts)


_ENOUGH: Final = 2
