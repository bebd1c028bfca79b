"""Finds the amounts of a field, and the words that lead to each and follow it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from scrapers.reading.amounts import Amount, bare_amount, find_amounts, find_rates, is_in_hundredths
from scrapers.reading.page_facts import PageFacts
from scrapers.reading.records import Field

_UNIT_LEADS: Final = re.compile(
    r"(?:(?:\bper|\bpro|\bpar|/)\s*\w+|\b\w+ly|\b(?:hour|day|week|month|year|minute))\s*[:：]\s*$", re.IGNORECASE
)
_UNIT_WORDS: Final = re.compile(
    r"^\s*\*{0,2}\s*(?:(?:/|\bper\b|\bp/|\bpro\b|\bpar\b|\bза\b|\bв\b|每)\s*(?:[\w·-]+(?:[\s-](?:hour|hours|hr|month))?\s*)\*{0,2}\s*){0,3}|^\s*(?:hourly|monthly|an hour|a month)",
    re.IGNORECASE,
)


def words_around(text: str, amounts: list[Amount], i: int) -> tuple[str, str]:
    """Return the words that lead to an amount and those that follow it: between two amounts, the unit is the first's."""
    before = text[amounts[i - 1].end : amounts[i].start] if i else text[: amounts[0].start]
    if len(amounts) > 1 and _UNIT_LEADS.search(text[: amounts[0].start]):  # "per minute: €0.02 per day: €17.50"
        return before, text[amounts[i].end :] if i + 1 == len(amounts) else ""
    if i and (unit := _UNIT_WORDS.match(before)):
        before = before[unit.end() :]
    if i + 1 == len(amounts):
        return before, text[amounts[i].end :]
    after = text[amounts[i].end : amounts[i + 1].start]
    unit = _UNIT_WORDS.match(after)
    return before, after[: unit.end()] if unit and unit.end() else after


def amounts_of(f: Field, page: PageFacts) -> list[Amount]:
    amounts = find_amounts(f.text, page.decimal_comma)
    taken = [(a.start, a.end) for a in amounts]
    amounts += [
        r for r in find_rates(f.text, page.decimal_comma) if not any(s < r.end and r.start < e for s, e in taken)
    ]
    if not amounts and (bare := bare_amount(f.text, page.decimal_comma)):
        is_in_cents = f.is_price is None and is_in_hundredths(f.title)
        amounts = [replace(bare, value=bare.value / 100) if is_in_cents else bare]
    return sorted(amounts, key=lambda a: a.start)
