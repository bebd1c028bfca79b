"""Tells where the sections of a page begin that no box holds: each heading heads what follows it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from typing import Any, Final

from scrapers.reading.accelerator_names import names_one
from scrapers.reading.flat_rows import parts_of

HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_FEWEST: Final = 2  # headings: a single one heads its whole box
_OF_ONE_THING: Final = frozenset({"table", "thead", "tbody", "tr", "ul", "ol", "dl", "select"})
_FEWEST_IN_PARTS: Final = 4  # children that may be rows or cards one after another


def section_starts(element: Any) -> Mapping[int, int]:
    """Return which children of an element begin a part, by their index: the levels of headings, and as in `parts_of`."""
    if len(element) < _FEWEST or element.tag in _OF_ONE_THING:
        return {}
    levels = {index: level for index, child in enumerate(element) if (level := _heading_level(child))}
    starts = dict(levels) if len(levels) >= _FEWEST else {}
    children = list(element) if len(element) >= _FEWEST_IN_PARTS else []
    for before, end in itertools.pairwise([-1, *levels, len(children)]) if children else ():
        # What a heading names, its section prices: paragraphs with other names there contradict it.
        if end - before > _FEWEST_IN_PARTS and not (before >= 0 and names_one(children[before].text_content())):
            for index, level in parts_of(children[before + 1 : end]).items():
                starts.setdefault(before + 1 + index, level)
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
