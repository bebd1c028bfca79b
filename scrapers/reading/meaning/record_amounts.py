"""Finds the amounts of a field, and the words that lead to each and follow it."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from scrapers.reading.amounts import Amount, bare_amount, find_amounts, find_rates, is_in_hundredths
from scrapers.reading.page_facts import PageFacts
from scrapers.reading.records import Field
from scrapers.reading.units import after_amount, pricing_model, rate

_UNIT_LEADS: Final = re.compile(
    r"(?:(?:\bper|\bpro|\bpar|/)\s*\w+|\b\w+ly|\b(?:hour|day|week|month|year|minute))\s*[:：]\s*$", re.IGNORECASE
)
_UNIT_WORDS: Final = re.compile(
    r"^\s*\*{0,2}\s*(?:(?:HT|TTC|netto|net|(?:zzgl|excl?|exkl|inkl?|incl?|ex)\.?\s(?:MwSt|USt|VAT|tax|GST|TVA)\b\.?)\s*)?(?:(?:/|\bper\b|\bp/|\bpro\b|\bpar\b|\bза\b|\bв\b|每)\s*(?:[\w·-]+(?:[\s-](?:hour|hours|hr|month))?\s*)\*{0,2}\s*){0,3}|^\s*(?:hourly|monthly|an hour|a month)",
    re.IGNORECASE,
)


def words_around(text: str, amounts: Sequence[Amount], i: int) -> tuple[str, str]:
    """Return the words that lead to an amount and those that follow it: between two amounts, the unit is the first's."""
    if in_turn := _named_in_turn(text, amounts):
        return "", in_turn[i]
    before = text[amounts[i - 1].end : amounts[i].start] if i else text[: amounts[0].start]
    if len(amounts) > 1 and _UNIT_LEADS.search(text[: amounts[0].start]):  # "per minute: €0.02 per day: €17.50"
        return before, text[amounts[i].end :] if i + 1 == len(amounts) else ""
    follows = _words_follow(text, amounts)
    if i:
        before = before[_end_of_first(before, follows) :]
    if i + 1 == len(amounts):
        return before, text[amounts[i].end :]
    after = text[amounts[i].end : amounts[i + 1].start]
    return before, after[: _end_of_first(after, follows) or None]


def _named_in_turn(text: str, amounts: Sequence[Amount]) -> list[str]:
    """Return the words of each amount of "$2.39 / $2.09 per GPU-hour (on-demand / 6 months)"; none of another text."""
    if len(amounts) < _FEWEST_IN_TURN or any(
        not _SEPARATES.fullmatch(text[a.end : b.start]) for a, b in itertools.pairwise(amounts)
    ):
        return []
    listed = _LISTED.fullmatch(text[amounts[-1].end :])
    names = [name.strip() for name in re.split(r"[/|,·]", listed["names"])] if listed else []
    if listed is None or len(names) != len(amounts) or not all(map(pricing_model, names)):
        return []
    return [f"{listed['unit']} {name}" for name in names]


_FEWEST_IN_TURN: Final = 2
_SEPARATES: Final = re.compile(r"\s*[/|,·]\s*")
_LISTED: Final = re.compile(r"(?P<unit>[^()（）$€£]{0,30})[(（](?P<names>[^()（）]{5,100})[)）]\W*")


def _words_follow(text: str, amounts: Sequence[Amount]) -> bool:
    """Return whether pricing models stand behind the amounts of a text, "$0.99 spot, $1.39 on-demand", and not before."""
    lead, tail = text[: amounts[0].start], after_amount(text[amounts[-1].end :])
    is_led = pricing_model(lead) or rate(lead).time or _COUNT.search(lead)
    has_model = pricing_model(tail) is not None or WITH_TERM.search(text, amounts[-1].end) is not None
    return len(amounts) > 1 and not is_led and has_model


WITH_TERM: Final = re.compile(
    r"\bwith (?:an? )?(?:\d{1,2}|one|two|three|six|twelve)[- ](?:months?|mo|years?|yrs?)\b[^.;,$€£]{0,30}",
    re.IGNORECASE,
)


def _end_of_first(between: str, follows: bool) -> int:
    """Return where the words of the first of two amounts end: behind its unit, brackets, and words that follow it."""
    unit = _UNIT_WORDS.match(between)
    end = unit.end() if unit else 0
    if closed := _IN_BRACKETS.match(between, end):
        end = closed.end()
    if term := _TERM.match(between, end):
        end = term.end()
    if not follows:
        return end
    separators = [hit.start() for hit in _SEPARATOR.finditer(between) if hit.start() >= end]
    return separators[-1] if separators else len(between)


# "€1,190 per month, 24-month term, setup €490": the term is the first amount's.
_TERM: Final = re.compile(
    r"\s*[,;]?\s*(?:with (?:an? )?)?\d{1,2}[- ](?:months?|years?|monate?|jahre?|mois|ans?)[- ](?:term|contract|commitment|minimum|laufzeit|vertrag|d'engagement)\w*",
    re.IGNORECASE,
)
_COUNT: Final = re.compile(r"\d\s?[x×]\s*[:=–—-]?\s*$|\bGPUs?\s*[:=–—-]?\s*$", re.IGNORECASE)
_IN_BRACKETS: Final = re.compile(r"\s*[(（][^()（）]*[)）]")
_SEPARATOR: Final = re.compile(r"[,;/|·•、]|\s(?:or|and|oder|und|ou|et|или|и)\s", re.IGNORECASE)


def amounts_of(f: Field, page: PageFacts) -> list[Amount]:
    amounts = find_amounts(f.text, page.decimal_comma)
    rates = find_rates(f.text, page.decimal_comma)
    if not amounts and not rates and (bare := bare_amount(f.text, page.decimal_comma)):
        is_in_cents = f.is_price is None and is_in_hundredths(f.title)
        return [bare._replace(value=bare.value / 100) if is_in_cents else bare]
    starts = [a.start for a in amounts]
    apart = [r for r in rates if not (i := bisect_left(starts, r.end)) or amounts[i - 1].end <= r.start]
    return sorted([*amounts, *apart], key=lambda a: a.start) if apart else list(amounts)
