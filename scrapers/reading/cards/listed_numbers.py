"""Reads lists of names and bare numbers, "H100: 2.35", below words that say of what currency and time the numbers are."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from typing import Final

from scrapers.reading.accelerator_names import mentions
from scrapers.reading.amounts import find_amounts, stated_currency
from scrapers.reading.page_tree import Line
from scrapers.reading.records import Field, Record
from scrapers.reading.units import rate

_ITEM: Final = re.compile(
    r"(?P<name>\S.{1,60}?)(?:\s*[:=|·–—-]\s*|\s+)(?P<n>\d{1,4}[.,]\d{1,4}|(?<=[:=] )\d{1,3}(?:[, ]\d{3})*)"
)
_FEWEST: Final = 2  # items of a list
_FAR: Final = 8  # lines above a list that may say what its numbers are


def listed_numbers(lines: list[Line], used: set[int], group: int) -> Iterator[Record]:
    """Yield a record for each item of such a list that names an accelerator, and note the lines as used."""
    items: list[tuple[Line, re.Match[str]]] = []
    above: deque[Line] = deque(maxlen=_FAR)
    for line in [*lines, None]:
        may_be = line is not None and line.order not in used and line.text[-1:].isdigit()
        hit = _ITEM.fullmatch(line.text) if line is not None and may_be else None
        if line is not None and hit and not find_amounts(line.text) and not _ANOTHER.search(hit["name"]):
            items.append((line, hit))
            continue
        if items:
            named = [(one, hit) for one, hit in items if mentions(hit["name"], is_label=True)]
            if len(named) >= _FEWEST and (title := _title(above, items[0][0], line)):
                used |= {one.order for one, _ in named}
                yield from (_record(one, hit, title, group) for one, hit in named)
            items = []
        if line is not None:
            above.append(line)


def _title(above: deque[Line], first: Line, below: Line | None) -> str:
    """Return the nearest text around a list, in its own section, that states a currency and a unit of time, or ""."""
    near = [line for line in (*reversed(above), *((below,) if below else ())) if line.headings == first.headings]
    texts = [line.text for line in near] + [text for _, text in reversed(first.headings)]
    return next((text for text in texts if _says_what(text)), "")


def _says_what(text: str) -> bool:
    is_short = len(text) <= _LONGEST and not find_amounts(text)
    return is_short and stated_currency(text) != "" and rate(text).time != ""


_LONGEST: Final = 160  # characters
_ANOTHER: Final = re.compile(r"\s\d{1,4}[.,]\d{1,4}\s*$")  # several prices in a line: which is which, its title says


def _record(line: Line, hit: re.Match[str], title: str, group: int) -> Record:
    fields = [
        Field("GPU", hit["name"].strip(), (line,), column=0),
        Field(title, hit["n"], (line,), column=1, is_price=True),
    ]
    return Record(fields, tuple(text for _, text in reversed(line.headings)), "row", group)
