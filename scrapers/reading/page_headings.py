"""Reads the title and chief headings of a page, and which sections sell something else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scrapers.parsing.text import squash
from scrapers.reading import words
from scrapers.reading.accelerator_names import mentions
from scrapers.reading.page_tree import Line


def page_title(root: Any, lines: list[Line]) -> str:
    """Return a page's title and the name of its site; of a document without either its one chief heading."""
    site = root.xpath('//meta[@property="og:site_name"]/@content') if root is not None else []
    parts = [part for part in (root.findtext(".//title") or "" if root is not None else "", *site[:1]) if part]
    chief = [line.text for line in lines if line.level == 1] if not parts else []
    return " | ".join(squash(part) for part in parts or (chief if len(chief) == 1 else []))[:300]


def chief_headings(lines: list[Line]) -> Iterator[str]:
    """Yield the chief headings of a page, and the line below the first of them."""
    first = next((i for i, line in enumerate(lines) if line.level == 1), None)
    yield from (line.text for line in lines if line.level == 1)
    if first is not None and first + 1 < len(lines):
        yield lines[first + 1].text[:300]


def of_other_things(lines: list[Line]) -> frozenset[int]:
    """Return the positions of lines in sections that sell something else: CPU machines, storage, support."""
    others = {
        heading
        for heading in {line.headings[-1][1] for line in lines if line.headings}
        if not mentions(heading) and any(pattern.search(heading) for _, pattern in words.NOT_SOLD_HERE[:5])
    }
    return frozenset(i for i, line in enumerate(lines) if line.headings and line.headings[-1][1] in others)
