"""Joins the texts of inline elements to the text of a line, and tells its parts apart."""

from __future__ import annotations

import re
from typing import Any, Final

from scrapers.parsing.text import half_width, squash

_CLOSED: Final = re.compile(r"\d\s?\D$")  # an amount that its sign follows: the next digits are another's


def parts_of(pieces: list[tuple[str, bool, Any]]) -> tuple[str, ...]:
    parts: list[str] = []
    last: Any = None
    for text, is_struck, element in pieces:
        tidy = half_width(squash(text))
        if tidy and not is_struck:
            if element is last and parts:
                parts[-1] = f"{parts[-1]} {tidy}"
            else:
                parts.append(tidy)
            last = element
    return tuple(parts) if len(parts) > 1 else ()


def join(texts: list[str]) -> str:
    """Join the texts of inline elements: with a space, unless digits of one amount meet ("$" "2" ".49")."""
    if len(texts) == 1:
        return texts[0]
    joined = ""
    for text in texts:
        if joined and text and not joined[-1].isspace() and not text[0].isspace():
            left, right = joined[-1], text[0]
            glue = (
                (left in "$€£₹¥￥" and right.isdigit() and not _CLOSED.search(joined))
                or (right in ".," and text[1:2].isdigit() and left.isdigit())
                or (left in ".," and right.isdigit())
                or right in "/*,.:;)"
                or left in "/("
            )
            joined += "" if glue else " "
        joined += text
    return joined
