"""Reads data: a page that is nothing else, and what the scripts of a page hold."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from scrapers.model import Hints, clip
from scrapers.parsing import embedded_json
from scrapers.reading.account import Account, Entry
from scrapers.reading.data_tables import table_records
from scrapers.reading.draft_offers import offer_of
from scrapers.reading.json_records import json_records, price_leaves
from scrapers.reading.meaning.alike import Readings
from scrapers.reading.meaning.drafts import Draft, Explained
from scrapers.reading.other_providers import note_sellers_in_data
from scrapers.reading.page_account import (
    data_entries,
    data_entry,
    explained_entry,
)
from scrapers.reading.page_facts import PageFacts, page_facts
from scrapers.reading.whole_page.settle import settle


def read_data(text: str, hints: Hints) -> Account:
    """Read a page that is data and nothing else: JSON, or lines of it."""
    account = Account()
    drafts: list[Draft] = []
    values = list(embedded_json.values(text))
    facts = page_facts("", _currencies(values), currency=hints.currency)
    is_stated = bool(facts.default)
    facts = replace(facts, time=facts.time or hints.time, default=facts.default or "USD")
    readings = Readings(facts)
    for group, value in enumerate(values):
        for record in itertools.chain(json_records(value, group), table_records(value, (group + 1) * _MOST_TABLES)):
            for reading in readings.of(record)[0]:
                if isinstance(reading, Draft):
                    drafts.append(reading)
                elif reading.amount.value:
                    account.entries.append(explained_entry(reading))
    drafts, doubtful = _without_cents(drafts, hints)
    kept, dropped = settle(drafts)
    dropped += doubtful
    if not is_stated:
        for d in kept:
            if not d.amount.currency:
                d.reasons.setdefault("currency", "none is stated, as in most feeds of dollars")
    account.offers = [offer_of(d, hints) for d in kept]
    account.entries += [*data_entries(kept, "emitted"), *(data_entry(d, reason) for d, reason in dropped)]
    seen = {entry.path for entry in account.entries}
    for value in values:
        for leaf, is_near in price_leaves(value):
            if leaf.where() not in seen:
                verdict: Any = "unexplained" if is_near else "explained"
                reason = "no offer was read from it" if is_near else "no accelerator is named with it"
                text = clip(f"{leaf.title}: {leaf.text}", 140)
                value_of = Decimal(leaf.text) if leaf.is_number else None
                account.entries.append(Entry(text, leaf.where(), verdict, reason, value_of))
    return account


def read_scripts(
    values: list[tuple[str, Any]], facts: PageFacts, hints: Hints, *, is_shown: bool
) -> tuple[list[Draft], list[tuple[Draft, str]], list[Explained]]:
    """Return the offers that a page's data holds, the drafts that are none, and the amounts that are no prices.

    values: by where each stands. is_shown: the page itself shows offers.
    """
    drafts, explained = _embedded(values, facts)
    # Of data alone, a currency that the page prints somewhere says nothing: only the data's own, or words.
    unstated = [
        d for d in drafts
        if d.status == "priced"
        and (not d.currency or not (is_shown or facts.is_stated or d.amount.currency or "currency" in d.reasons))
    ]  # fmt: skip
    drafts, doubtful = _without_cents([d for d in drafts if d not in unstated], hints)
    if not is_shown:
        doubtful += [(d, "unexplained: no currency stands with it") for d in unstated]
    kept, dropped = settle(drafts)
    return kept, [*dropped, *doubtful], explained


def _embedded(values: list[tuple[str, Any]], facts: PageFacts) -> tuple[list[Draft], list[Explained]]:
    drafts: list[Draft] = []
    explained: list[Explained] = []
    readings = Readings(facts)
    for number, (where, value) in enumerate(values, start=1):
        groups = number * _MOST_TABLES
        records = [*json_records(value, groups), *table_records(value, groups + 1)]
        note_sellers_in_data(records, facts.own)
        for record in records:
            record.scope = (*record.scope, where)
            for reading in readings.of(record)[0]:
                drafts.append(reading) if isinstance(reading, Draft) else explained.append(reading)
    return drafts, explained


def beyond(shown: list[Draft], hidden: list[Draft]) -> tuple[list[Draft], list[Draft]]:
    """Return what the scripts hold beyond the page, and what they repeat.

    Data that contradicts the page (another price for the same thing) adds nothing: it is another state of the page.
    """
    by_key = {(d.key, d.model, d.term, d.currency): set[object]() for d in shown}
    for d in shown:
        by_key[d.key, d.model, d.term, d.currency].add(d.amount.value)
    added = [d for d in hidden if (d.key, d.model, d.term, d.currency) not in by_key]
    _count_as_shown(added, shown, hidden)
    copies = [d for d in hidden if (d.key, d.model, d.term, d.currency) in by_key]
    contradicted = any(d.amount.value not in by_key[d.key, d.model, d.term, d.currency] for d in copies)
    return ([], hidden) if contradicted and shown else (added, copies)


def _count_as_shown(added: list[Draft], shown: list[Draft], hidden: list[Draft]) -> None:
    """Give offers of data the number of GPUs that the page shows beside another amount of their object."""
    for d in added:
        beside = {other.amount.value for other in hidden if other.record is d.record and other is not d}
        counts = {one.count for one in shown if one.key == d.key and one.amount.value in beside}
        if len(counts) == 1 and None not in counts and counts != {d.count}:
            d.count, d.rate = counts.pop(), replace(d.rate, is_per_gpu=False)


def _currencies(values: list[Any]) -> list[str]:
    """Return the currencies that data states, as texts."""
    texts: list[str] = []
    stack = list(values)
    while stack and len(texts) < 1000:
        value = stack.pop()
        if isinstance(value, dict):
            texts += [
                f"1 {v}"
                for k, v in value.items()
                if isinstance(v, str) and re.search("currency", str(k), re.IGNORECASE)
            ]
            stack += [v for v in value.values() if isinstance(v, dict | list)]
        elif isinstance(value, list):
            stack += [v for v in value if isinstance(v, dict | list)]
    return texts


_MOST_TABLES: Final = 100_000  # of a document: their numbers are never another's
_CENTS: Final = 30  # dollars an hour of one GPU, in the median of all: more than anybody asks


def _without_cents(drafts: list[Draft], hints: Hints) -> tuple[list[Draft], list[tuple[Draft, str]]]:
    """Drop amounts of data that may be cents: whole numbers throughout, too many for an hour of a GPU."""
    bare = [d for d in drafts if not d.amount.currency and "currency" not in d.reasons and "." not in d.cell.text]
    values = sorted(d.amount.value / (d.count or 1) for d in bare if d.rate.time == "hour")
    in_doubt = (
        not hints.currency
        and bool(values)
        and len(bare) == len(drafts)
        and values[len(values) // 2] >= _CENTS
        and not any(re.search("cent", d.title, re.IGNORECASE) for d in bare)
    )
    return (
        ([], [(d, "unexplained: dollars or cents, the data does not say") for d in drafts])
        if in_doubt
        else (drafts, [])
    )
