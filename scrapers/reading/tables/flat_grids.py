"""Finds grids whose cells all stand side by side in one box."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from scrapers.reading import words
from scrapers.reading.accelerator_names import names_one
from scrapers.reading.page_tree import Box, Line
from scrapers.reading.tables.grids import MOST_COLUMNS, Cell, Grid, has_money


def flat_grids(top: Box) -> Iterator[Grid]:
    """Yield grids whose cells all stand side by side in one box: titles first, then row after row."""
    for box in top.walk():
        if len(box.children) < 2 * _FEWEST_COLUMNS or box.n_lines > _MOST_LINES:
            continue
        if box.tag in ("table", "tr", "tbody", "thead", "select", "nav", "footer", "ul", "ol", "dl") or is_in_table(
            box
        ):
            continue
        cells = [Cell(_text_of(child), _lines_of(child)) for child in box.children]
        if grid := _flat_grid(box, cells):
            yield grid


_FEWEST_COLUMNS: Final = 2
_FEWEST_AMID: Final = 3  # rows, with the titles, among other lines
_MOST_LINES: Final = 600


def _lines_of(child: Box | Line) -> tuple[Line, ...]:
    return (child,) if isinstance(child, Line) else tuple(child.lines())


def _text_of(child: Box | Line) -> str:
    return child.text if isinstance(child, Line) else " ".join(line.text for line in child.lines() if line.text)


def _flat_grid(box: Box, cells: list[Cell]) -> Grid | None:
    n_all = len(cells)
    while cells and any(line.level for line in cells[0].lines):  # a heading above the titles
        cells = cells[1:]
    texts = [cell.text for cell in cells]
    first = next((i for i, t in enumerate(texts) if has_money(t)), 0)  # in the first row, after all titles
    for width in range(_FEWEST_COLUMNS, min(first, MOST_COLUMNS) + 1):
        below = len(cells) % width
        fewest = 2 if n_all % width == 0 else _FEWEST_AMID  # of a heading, titles, a row and a remark are a card
        if len(cells) // width < fewest or any(has_money(t) or names_one(t) for t in texts[len(cells) - below :]):
            continue
        titles, rows = texts[:width], [cells[i : i + width] for i in range(width, len(cells) - below, width)]
        if len({any(line.level for line in cell.lines) for cell in cells[:width]}) > 1:
            return None  # a heading, and what it heads
        if any(len(t) > 60 or names_one(t) or not re.search(r"[^\W\d_]", t) for t in titles):
            return None
        if not any(words.LABEL.search(t) or words.INSTANCE.search(t) for t in titles):
            continue
        labels = [j for j in range(width) if all(names_one(row[j].text) and not has_money(row[j].text) for row in rows)]
        money = [j for j in range(width) if any(has_money(row[j].text) for row in rows)]
        is_even = all(
            has_money(row[j].text) or words.NOTHING.match(row[j].text) or words.SALES.search(row[j].text)
            for row in rows
            for j in money
        )
        if labels and money and is_even and not _alternates(cells, width):
            return Grid(titles, rows, box.headings, "", cells[0].lines[0].order if cells[0].lines else 0)
    return None


def _alternates(cells: list[Cell], width: int) -> bool:
    """Return whether cells of the first row hold several lines each: cards side by side rather than cells."""
    return sum(len(cell.lines) > 3 for cell in cells) > len(cells) // (2 * width)


def is_in_table(box: Box) -> bool:
    outer = box.parent
    while outer is not None:
        if outer.tag in ("table", "nav", "footer"):
            return True
        outer = outer.parent
    return False
