"""Reads an amount's pricing model and term, from the nearest words that name them."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import Final

from scrapers.reading import words
from scrapers.reading.amounts import Amount, find_amounts
from scrapers.reading.meaning.drafts import Draft
from scrapers.reading.page_facts import PageFacts
from scrapers.reading.records import Field, Record
from scrapers.reading.tables.grids import has_money
from scrapers.reading.units import band, cycle_months, names_long, pricing_model, rate, term_months

_MARK: Final = re.compile(r"^(?:\s*(?:/|per\b)\s*[\w/-]+){0,3}\s*(?P<mark>\*{1,3}|[†‡¹²³⁴])")
_MARKED: Final = re.compile(r"(?P<mark>\*{1,3}|[†‡¹²³⁴])\s*$")
# A footnote that speaks of other offers, or of what may become cheaper, says nothing of this price.
_ASIDE: Final = re.compile(
    r"\b(?:also|additional\w*|available (?:with|on|for|at)|discounts?|contact|up to|lower|further|may|optional|no|without)\b",
    re.IGNORECASE,
)

# A sentence above that offers what else there is: "discounts for commitments of 3, 6 and 12 months".
_OF_OTHERS: Final = re.compile(
    r"\b(?:discount\w*|sav(?:e|ings?)|rabatt\w*|nachl[aä]ss\w*|sparen|remises?|réductions?|économis\w*|скидк\w*|descuentos?|sconti?)\b|折扣|优惠|優惠|割引|할인"
    r"|\b\d{1,2}\s?(?:,|/|and|or|und|oder|et|ou|и|или)\s?(?:\d{1,2}\s?(?:,|/|and|or|und|oder|et|ou|и|или)\s?)?\d{1,2}[- ](?:months?|years?|monat\w*|jahr\w*|mois|ans|месяц\w*)",
    re.IGNORECASE,
)


def note_of(f: Field, amount: Amount, page: PageFacts) -> str:
    """Return the footnote of an amount, where it states a commitment or spot."""
    note = re.split(r"(?<=[.!])\s+(?=[A-Z])", marked_note(f, amount, page))[0]
    model = pricing_model(note)
    has_term = words.RESERVED.search(note) and (term_months(note) is not None or band(note) != "")
    says = model == "spot" or (model == "reserved" and has_term)
    return note if says and not _ASIDE.search(note) else ""


def marked_note(f: Field, amount: Amount, page: PageFacts) -> str:
    """Return the footnote that an amount, or the title above it, is marked with; "" for none."""
    hit = _MARK.match(f.text[amount.end :]) or _MARKED.search(f.title)
    marks = [hit["mark"]] if hit else []
    if len(find_amounts(f.text)) <= 1:
        marks += [mark for line in f.lines for mark in line.notes]
    return next((page.notes[mark] for mark in marks if mark in page.notes), "")


def set_commitment(
    record: Record, kinds: list[tuple[Field, str]], by_kind: dict[str, Field], f: Field, own: str, note: str, d: Draft
) -> None:
    """Set pricing model and term, from the nearest words that name them."""
    beside = [("a footnote", note)] if note else []
    beside += [("the amount", own), ("the title", f.title)]
    beside += [("the term", by_kind["term"].text)] if "term" in by_kind else []
    beside += [
        ("the row", one.text) for one, kind in kinds if kind == "label" and words.SPOT.search(one.text[:_LONGEST])
    ]
    beside += [
        ("the row", one.text)
        for one, kind in kinds
        if kind in ("instance", "label", "other", "availability", "unit")
        and len(one.text) < (80 if one.title or kind != "other" else 32)
        and not _is_prose(one.text)
        and not has_money(one.text)
        and not _asks_to_call(one.text)  # of another offer, which has no price
        and not _BUTTON.fullmatch(one.text)
    ]
    beside += [
        ("the row", piece)
        for one, kind in kinds
        if kind == "label" and _is_prose(one.text) and len(one.text) <= 120 and not has_money(one.text)
        for piece in re.split(r"[,;|()]", one.text)[1:]
        if len(piece) < 32
    ]
    beside += [("the heading", text) for text in record.scope] + [("above", text) for text in record.intro]
    titled = {pricing_model(one.title) for one in record.fields if one is not f} if record.kind == "row" else set()
    for place, text in beside:
        model = pricing_model(text)
        if place == "above" and model != "on_demand" and model in titled:
            continue  # it has a column of its own
        if (
            model is None
            or (place in ("the row", "above") and model == "reserved" and not words.RESERVED.search(text))
            or (place == "the heading" and model == "reserved" and not _is_of_commitment(text))
            or (place == "above" and model != "on_demand" and _OF_OTHERS.search(text))
        ):
            continue
        if (
            place in ("above", "the heading")
            and len(
                {m for m in (words.SPOT.search(text), words.ON_DEMAND.search(text), words.RESERVED.search(text)) if m}
            )
            > 1
        ):
            continue
        d.model, d.reasons["model"] = model, place
        break
    if "model" not in d.reasons and any(one.text == "yes" and _FLAGS_SPOT.search(one.title) for one in record.fields):
        d.model, d.reasons["model"] = "spot", "a flag of the data"
    if _set_cycle(record, f, own, d):
        return
    longer = rate(f.title).time
    if (
        longer in ("month", "year")
        and not has_money(f.title)  # "Pro ($8/mo)": a subscription
        and d.rate.time == "hour"
        and not words.DURATION.search(f.title)
        and (
            rate(own).time == "hour"
            or (record.kind == "row" and d.reasons.get("unit") == "the unit")
            or (record.kind == "card" and d.reasons.get("unit") == "the amount" and " | " in f.title)
        )
    ):
        d.model, d.term, d.reasons["model"] = "reserved", {"month": 1, "year": 12}[longer], "the title"
        return
    if "term" in by_kind and "model" not in d.reasons and names_long(by_kind["term"].text):
        d.model, d.reasons["model"] = "reserved", "the term"
    if d.model == "reserved":
        for _, text in beside:
            if (months := term_months(text)) is not None or band(text):
                d.term, d.band = months, "" if months else band(text)
                return
        if record.kind == "card":  # a sentence of the card may say for how long
            terms = {term_months(one.text) for one in record.fields if words.RESERVED.search(one.text)} - {None}
            d.term = terms.pop() if len(terms) == 1 else None


@lru_cache(maxsize=16_384)
def _asks_to_call(text: str) -> bool:
    return words.SALES.search(text) is not None


def _is_of_commitment(heading: str) -> bool:
    """Return whether a heading is of a commitment: its words, or a term and a discount alone, "12 months (-15%)"."""
    plain = _PERCENT.sub(" ", heading).strip()
    return words.RESERVED.search(heading) is not None or words.DURATION.fullmatch(plain) is not None


_BUTTON: Final = re.compile(r"\s*reserve\b\W*", re.IGNORECASE)  # what one may do, and no commitment of the price
_BILLED: Final = re.compile(r"[^.;,$€£]{0,30}?\b(?:billed|paid|prepaid) (?P<cycle>[\w-]+)", re.IGNORECASE)
_CYCLE_LEADS: Final = re.compile(r"(?P<cycle>[^\W\d_][\w-]+)\s*[:：–—-]\s*$")
_PERCENT: Final = re.compile(r"\(?\s*(?:save|up to|[-–−])?\s?\d{1,2}\s?%(?:\s?off)?\s*\)?", re.IGNORECASE)


def _set_cycle(record: Record, f: Field, own: str, d: Draft) -> bool:
    """Set the term of a billing cycle that the title or the row names: "Quarterly" beside "$1,139.00/mo"."""
    if months := cycle_months(f.text[d.amount.end :]):  # "$2,562.15 USD Quarterly"
        d.rate, d.reasons["unit"] = replace(d.rate, time="term"), "the amount"
        d.model, d.term, d.reasons["model"] = "reserved", months, "the amount"
        return True
    time = rate(own).time
    lead = _CYCLE_LEADS.search(f.text[: d.amount.start][-_LONGEST:])
    if d.rate.time == "month" and lead and (months := cycle_months(lead["cycle"])):  # "Annually — $999/mo"
        d.model, d.term, d.reasons["model"] = "reserved", months, "the amount"
        return True
    billed = _BILLED.match(f.text[d.amount.end :])
    if time and billed and (months := cycle_months(billed["cycle"])):  # "$2.10/hr billed annually"
        d.model, d.term, d.reasons["model"] = "reserved", months, "the amount"
        return True
    if time == "month" and (months := cycle_months(f.title)):
        d.model, d.term, d.reasons["model"] = "reserved", months, "the title"
        return True
    months = next((n for one in record.fields if one is not f and (n := cycle_months(one.text))), None)
    if months is None or time not in ("", "month"):
        return False
    if not time and not rate(f.title).time:
        d.rate, d.reasons["unit"] = replace(d.rate, time="term"), "the row"
    d.model, d.term, d.reasons["model"] = "reserved", months, "the row"
    return True


_LONGEST: Final = 100  # characters
_FLAGS_SPOT: Final = re.compile(r"(?:^|\b(?:is|only) |^is)(?:spot|pre-?emptible|interruptible)$", re.IGNORECASE)


def _is_prose(text: str) -> bool:
    return len(text.split()) > 6 or (not text.isascii() and len(_SIGN.findall(text)) > 10)


_SIGN: Final = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
