"""Tells where the parts of a flat page begin, which no box holds: what a heading heads, and rows or cards one after another."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from scrapers.parsing.text import squash
from scrapers.reading import words
from scrapers.reading.accelerator_names import names_one
from scrapers.reading.amounts import find_amounts

HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_FEWEST: Final = 2  # headings: a single one heads its whole box
_OF_ONE_THING: Final = frozenset({"table", "thead", "tbody", "tr", "ul", "ol", "dl", "select"})
REPEATED: Final = 7  # the level of parts without a heading
END: Final = 0  # the "level" of what belongs to no such part


def section_starts(element: Any) -> Mapping[int, int]:
    """Return which children of an element begin a part, by their index: the levels of headings, REPEATED, or END."""
    if len(element) < _FEWEST or element.tag in _OF_ONE_THING:
        return {}
    levels = {index: level for index, child in enumerate(element) if (level := _heading_level(child))}
    starts = dict(levels) if len(levels) >= _FEWEST else {}
    if len(element) >= 2 * _SHORTEST:
        children = list(element)
        bounds = [-1, *levels, len(children)]
        for before, end in itertools.pairwise(bounds):
            # What a heading names, its section prices: paragraphs with other names there contradict it.
            if end - before > 2 * _SHORTEST and not (before >= 0 and names_one(children[before].text_content())):
                starts |= _repeated(children, before + 1, end)
    return starts


def _heading_level(element: Any) -> int:
    """Return the level of a heading, or of a box that holds nothing but one and a link to it; 0 for all else."""
    if element.tag == "div" and 0 < len(element) <= _HEADING_AND_LINK and not (element.text or "").strip():
        heading, *others = element
        return _heading_level(heading) if heading.tag in HEADINGS and not any(map(_shows_text, others)) else 0
    is_heading = element.tag in HEADINGS and not _PRICE.search(element.text_content())
    return int(element.tag[1]) if is_heading else 0


def _shows_text(element: Any) -> bool:
    return element.tag != "a" or bool((element.tail or "").strip())


# A price may be set as large as a heading: it heads nothing.
_PRICE: Final = re.compile(r"[$€£¥₹]\s?\d|^\W*\d[\d.,]*\W*$")
_HEADING_AND_LINK: Final = 2  # elements


def _repeated(children: Sequence[Any], first: int, end: int) -> Mapping[int, int]:
    """Return where paragraphs repeat one pattern, with a name and a price in each: rows below their titles, or cards."""
    kinds = [_kind(child) for child in children[first:end]]
    texts = [
        squash(child.text_content()) if kind else "" for child, kind in zip(children[first:end], kinds, strict=True)
    ]
    starts: dict[int, int] = {}
    at = 0
    while at < len(kinds):
        size = _pattern_size(kinds, at)
        pattern = kinds[at : at + size]
        stop = at + 1
        if size and (row := _first_row(kinds, texts, at, size)):
            stop = _stop(kinds, row, size)
            starts |= {first + row - size: REPEATED, first + stop: END}
        elif pattern.count(_NAME) == 1:
            stop = _stop(kinds, at, size)
            starts |= {first + index: REPEATED for index in range(at, stop, size)} | {first + stop: END}
        at = stop
    return starts


def _first_row(kinds: Sequence[str], texts: Sequence[str], at: int, size: int) -> int:
    """Return where the first row stands below as many titles, of those that a pattern at a place may begin with; 0 for none."""
    for row in (at + kinds[at : at + size].index(_NAME), at):
        titles = texts[max(0, row - size) : row]
        are_apart = not {*titles} & {*texts[row : row + 2 * size]}  # what stands in rows too is no title
        if len(titles) == size and are_apart and _pattern_size(kinds, row) == size and _are_titles(titles):
            return row
    return 0


def _pattern_size(kinds: Sequence[str], at: int) -> int:
    """Return of how many kinds the shortest pattern is that repeats from there on, with a name and a price; 0 for none."""
    for size in range(_SHORTEST, min(_LONGEST, (len(kinds) - at) // 2) + 1):
        pattern = kinds[at : at + size]
        if pattern == kinds[at + size : at + 2 * size] and _NAME in pattern and _AMOUNT in pattern:
            return size
    return 0


def _stop(kinds: Sequence[str], at: int, size: int) -> int:
    """Return where a pattern ends to repeat."""
    stop = at
    while kinds[stop : stop + size] == kinds[at : at + size]:
        stop += size
    return stop


def _kind(element: Any) -> str:
    """Return whether a paragraph or list prices something, names an accelerator, or neither; "" for anything else."""
    if element.tag not in _FLAT:
        return ""
    text = squash(element.text_content())
    if len(text) > _LONGEST_TEXT:
        return ""
    if find_amounts(text) or words.NOTHING.match(text) or (words.SALES.search(text) and len(text) <= _SHORT):
        return _AMOUNT
    return _NAME if names_one(text) else _OTHER


def _are_titles(texts: Sequence[str]) -> bool:
    are_words = all(len(text) <= _SHORT and _WORD.search(text) and not find_amounts(text) for text in texts)
    return are_words and any(words.LABEL.search(text) or words.INSTANCE.search(text) for text in texts[:2])


_FLAT: Final = frozenset({"p", "ul", "ol"})
_AMOUNT, _NAME, _OTHER = "amount", "name", "other"
_SHORTEST, _LONGEST = 2, 12  # paragraphs of a pattern
_LONGEST_TEXT, _SHORT = 300, 40  # characters
_WORD: Final = re.compile(r"[^\W\d_]{2}")
