"""Finds price cards: boxes with a heading that names a GPU and its price below."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bs4 import Tag

from scrapers.parsing.accelerator_labels import names_accelerator
from scrapers.parsing.text import is_cut, squash, visible_text

_HEADING = re.compile(r"^h[1-6]$")
PRICED = re.compile(r"[$€£₹]\s*\d|\d\s*[€₹]|\b(?:USD|EUR|INR)\s*\d")


@dataclass(frozen=True, slots=True)
class Card:
    """A price card: its heading, the text before and after the heading, and the element."""

    title: str
    before: str
    after: str
    box: Tag


def cards(root: Tag, priced: re.Pattern[str] = PRICED) -> Iterator[Card]:
    """Yield a card for each heading that names a GPU: the smallest box with a price after it and no other GPU.

    A heading whose own price is missing (cut off, changed) yields nothing: the next price is another card's.
    Neither does a card that the page's end cut.
    """
    for heading in root.find_all(_HEADING):
        if not names_accelerator(visible_text(heading)):
            continue
        for box in heading.parents:
            before, after = _parts(box, heading)
            if priced.search(after):
                others = [h for h in box.find_all(_HEADING) if h is not heading and names_accelerator(visible_text(h))]
                if not others and not is_cut(box):
                    yield Card(visible_text(heading), before, after, box)
                break


def _parts(box: Tag, heading: Tag) -> tuple[str, str]:
    """Return the box's text before the heading, and after it."""
    own = {id(s) for s in heading.strings}
    before: list[str] = []
    after: list[str] = []
    part = before
    for string in box.strings:
        if id(string) in own:
            part = after
        else:
            part.append(string)
    return squash(" ".join(before)), squash(" ".join(after))
