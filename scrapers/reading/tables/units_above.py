"""Gives columns of bare numbers the unit that stands above their table, where their titles do not say that they are prices."""

from __future__ import annotations

import re
from typing import Final

from scrapers.reading import words
from scrapers.reading.accelerator_names import names_one
from scrapers.reading.amounts import stated_currency
from scrapers.reading.tables.grids import DECIMALS, Cell, is_title
from scrapers.reading.units import rate_of_prose


def with_unit_above(titles: list[str], rows: list[list[Cell]], above: list[str]) -> list[str]:
    """Return the titles of a table, those of its bare amounts with the text above it that says what they are.

    "GPU rates (USD per hour)" above one untitled column of them, or "GPUs (€/GPU/h)" above "Model | EU-W1 | US-E1".
    """
    unit = next((text for text in above if len(text) <= _LONGEST and _is_unit(text)), "")
    width = min(map(len, rows), default=0)
    if not unit or len(rows) < _FEWEST_ROWS or width < _NARROWEST:
        return titles
    unit = next((hit[0] for hit in _IN_BRACKETS.finditer(unit) if _is_unit(hit[0])), f"({_BRACKET.sub(' ', unit)})")
    if not any(titles):
        bare = [i for i in range(width) if all(DECIMALS.fullmatch(row[i].text) for row in rows)]
        return [unit.strip("()") if [i] == bare else title for i, title in enumerate(titles)]
    bare = [i for i in range(1, width) if _holds_amounts([row[i].text for row in rows], unit)]
    names = [titles[i] for i in bare]
    if len({*names}) < max(_NARROWEST, len(names)) or not (
        len(bare) == len(titles) - 1 or all(map(_names_offer, names))
    ):
        return titles
    if any(is_title(name) and not _names_offer(name) for name in names):
        return titles
    return [f"{title} {unit}" if i in bare else title for i, title in enumerate(titles)]


def _is_unit(text: str) -> bool:
    return bool(rate_of_prose(text).time and stated_currency(text))


def _names_offer(name: str) -> bool:
    """Return whether a title names an accelerator, a number of them or a place: what tells prices apart."""
    return names_one(name) or words.PLACE.fullmatch(name) is not None or _OF_CARDS.fullmatch(name) is not None


def _holds_amounts(texts: list[str], unit: str) -> bool:
    number = _WHOLE if stated_currency(unit) in _LARGE else DECIMALS
    return all(number.fullmatch(text) or _NONE.fullmatch(text) for text in texts) and any(map(number.fullmatch, texts))


_LONGEST: Final = 110
_FEWEST_ROWS: Final = 2
_NARROWEST: Final = 2
_WHOLE: Final = re.compile(r"\s*\d{1,3}(?:[,. ]?\d{3}){0,2}(?:[.,]\d{1,2})?\s*")
_NONE: Final = re.compile(r"\s*(?:0|[-–—−]{1,2}|n/?a)?\s*", re.IGNORECASE)
_LARGE: Final = frozenset({"JPY", "KRW", "INR", "RUB", "VND", "IDR", "TWD"})  # an hour costs many of them
_OF_CARDS: Final = re.compile(r"\s*\d{1,2}\s?(?:[x×]\s?)?(?:GPUs?|cards?|[卡张張枚]|карт\w*)\s*", re.IGNORECASE)
_BRACKET: Final = re.compile(r"[()（）]")
_IN_BRACKETS: Final = re.compile(r"[(（][^()（）]{3,40}[)）]")
