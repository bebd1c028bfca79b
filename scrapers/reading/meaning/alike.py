"""Reads records that are alike once: rows of a long table differ in a name and a number, and mean the same."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from scrapers.reading import words
from scrapers.reading.accelerator_names import MAY_COUNT, mentions, stated_count
from scrapers.reading.amounts import Amount
from scrapers.reading.field_kinds import kind_of
from scrapers.reading.meaning.drafts import Draft, Explained, Reading
from scrapers.reading.meaning.interpret import interpret
from scrapers.reading.meaning.machine_words import stated_memory
from scrapers.reading.meaning.record_amounts import amounts_of
from scrapers.reading.page_facts import PageFacts
from scrapers.reading.page_tree import PLACE
from scrapers.reading.records import Field, Record
from scrapers.reading.units import Rate, pricing_model, rate

_MOST_SHAPES: Final = 10_000
_FEWEST_FIELDS: Final = 3  # of a record whose shape is worth asking for


@dataclass(slots=True)
class _Template:
    """The readings of the first record of a shape."""

    readings: list[Reading]
    names: list[int]  # of each reading: which field names its machine, or -1
    places: list[int]  # of each reading: which field its amount is of
    memory: tuple[str, str] | None
    is_comparison: bool


class Readings:
    """The readings of one page's records."""

    def __init__(self, page: PageFacts) -> None:
        self._page = page
        self._templates: dict[Any, _Template] = {}

    def of(self, record: Record) -> tuple[list[Reading], tuple[str, str] | None]:
        """Return what is read of a record, and the memory that it states of its accelerator."""
        shape, amounts = self._shape(record) if len(record.fields) >= _FEWEST_FIELDS else (None, [])
        template = self._templates.get(shape) if shape is not None else None
        if template is not None:
            record.is_comparison |= template.is_comparison
            return _in_place(template, record, amounts), template.memory
        readings = list(interpret(record, self._page))
        memory = stated_memory(record)
        if shape is not None and len(self._templates) < _MOST_SHAPES:
            names, places = _names(record, readings), _places(record, readings, amounts)
            if names is not None and places is not None:
                self._templates[shape] = _Template(readings, names, places, memory, record.is_comparison)
                return _in_place(self._templates[shape], record, amounts), memory  # the page settles these, not those
        return readings, memory

    def _shape(self, record: Record) -> tuple[Any, list[Amount | None]]:
        """Return all of a record that can matter to its meaning, and the amount of each field; None where all may."""
        if record.kind == "sentence" or (record.kind == "object" and self._page.compares):
            return None, []
        parts: list[Any] = []
        amounts: list[Amount | None] = []
        n_amounts = 0
        for f in record.fields:
            kind = kind_of(f)
            own = amounts_of(f, self._page) if kind == "price" else []
            if len(own) > 1 or (own and own[0].fault):
                return None, []
            amounts.append(own[0] if own else None)
            if own:
                n_amounts += 1
                parts.append(_around(f, own[0]))
            elif kind in ("instance", "other") and _says_nothing(f.text):
                parts.append((f.title, f.column, kind))
            elif kind == "other" and _FIGURE.search(f.text) and record.kind == "row":
                return None, []  # a number that is set against the prices
            else:
                parts.append((f.title, f.text, f.column, kind, f.is_price, f.is_number))
        if not n_amounts or (n_amounts > 1 and record.kind == "card"):
            return None, []
        around = (record.kind, _plain((record.heading, *record.scope)), _plain(record.intro), record.seller)
        return (*around, record.among_specialists, tuple(parts)), amounts


def _around(f: Field, amount: Amount) -> tuple[Any, ...]:
    """Return what stands around an amount in its field, and of the amount what is more than its size."""
    digits, tail = f.text[amount.start : amount.end], f.text[amount.end :]
    # "$5 day" may be read as five days; "4090" is a card's name too.
    look = digits if tail.lstrip()[:1].isalpha() or _FOUR.fullmatch(digits) else digits.isdigit()
    above = _plain_headings(f.lines[0].headings) if f.lines else ()
    notes = tuple(note for line in f.lines for note in line.notes)
    is_grouped = _GROUPED.search(digits) is not None
    return (
        f.title, f.text[: amount.start], tail, amount.currency, look, amount.value == 0, is_grouped, above, notes, f.column,
        f.is_price, f.is_number,
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _plain(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Return headings without numbers that mean nothing: "Plan 12" is like "Plan 13"."""
    return tuple(
        text
        if PLACE.match(text) or mentions(text) or words.DURATION.search(text) or stated_count(text) is not None
        else _DIGITS.sub("0", text)
        for text in texts
    )


@lru_cache(maxsize=4096)
def _plain_headings(headings: tuple[tuple[int, str], ...]) -> tuple[str, ...]:
    return _plain(tuple(text for _, text in headings))


_FIGURE: Final = re.compile(r"\d[.,]\d\d$")
_FOUR: Final = re.compile(r"\d{4}")
_GROUPED: Final = re.compile(r"\d\.\d{3}")
_NAME: Final = re.compile(r"[A-Za-z][\w./:-]{0,60}")


@lru_cache(maxsize=65_536)
def _says_nothing(text: str) -> bool:
    """Return whether a name, of a machine, say, is nothing but that: no word or number of it means anything."""
    return (
        _NAME.fullmatch(text) is not None
        and _is_without_words(_DIGITS.sub("0", text))
        and not mentions(text, is_label=True)
    )


@lru_cache(maxsize=16_384)
def _is_without_words(text: str) -> bool:
    """Return whether no word of a text, whose numbers were taken out, means anything."""
    patterns = (
        *(p for _, p in words.NOT_SOLD_HERE),
        *(p for _, p in words.STATES),
        *_SAYING,
        words.DURATION,
        MAY_COUNT,
    )
    return pricing_model(text) is None and rate(text) == Rate() and not any(p.search(text) for p in patterns)


_DIGITS: Final = re.compile(r"\d+")
_SAYING: Final = (
    words.SALES, words.GROUPS, words.YEARLY, words.GPU, words.VCPU, words.RAM, words.DISK, words.TIERS,
    re.compile(r"windows|cloud@|on-?prem|quarter|semi|annual|bi|tri|nvidia|geforce|rtx|gtx|quadro|tesla|radeon|instinct", re.IGNORECASE),
)  # fmt: skip


def _places(record: Record, readings: list[Reading], amounts: list[Amount | None]) -> list[int] | None:
    """Return which field each reading's amount is of; None where that is not plain."""
    places = []
    for one in readings:
        at = next((i for i, f in enumerate(record.fields) if f is one.cell), -1)
        is_own = at >= 0 and (amounts[at] == one.amount if amounts[at] is not None else not one.amount.value)
        if not is_own:
            return None
        places.append(at)
    return places


def _names(record: Record, readings: list[Reading]) -> list[int] | None:
    """Return which field names the machine of each reading, -1 where none does; None where several might."""
    names = []
    for one in readings:
        name = one.instance if isinstance(one, Draft) else ""
        same = [i for i, f in enumerate(record.fields) if name and f.text == name]
        if len(same) > 1 or (name and not same):
            return None
        names.append(same[0] if same else -1)
    return names


def _in_place(template: _Template, record: Record, amounts: list[Amount | None]) -> list[Reading]:
    """Return the readings of a template for another record of its shape."""
    readings: list[Reading] = []
    for one, named, at in zip(template.readings, template.names, template.places, strict=True):
        cell, amount = record.fields[at], amounts[at] or one.amount
        if isinstance(one, Explained):
            readings.append(Explained(cell, amount, one.reason))
            continue
        instance = record.fields[named].text if named >= 0 else one.instance
        readings.append(one.at(record, cell, amount, instance))
    return readings
