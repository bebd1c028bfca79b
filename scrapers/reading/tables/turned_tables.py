"""Turns tables on their side: accelerators as columns, or titles in the first column."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from scrapers.reading.accelerator_names import mentions, names_one
from scrapers.reading.tables.grids import LONGEST_TITLE, Cell, Grid, has_money, is_title, nearest_heading, titles_prices


def transposed(grid: Grid) -> Grid | None:
    """Return the grid with rows for columns where the accelerators stand in the titles."""
    named = [i for i, title in enumerate(grid.titles) if names_one(title)]
    if len(named) < 1 or not grid.rows or any(len(row) != len(grid.titles) for row in grid.rows):
        return None
    if (
        len({m.key for i in named for m in mentions(grid.titles[i])[:1]}) < min(2, len(grid.titles) - 1)
        and len(named) < len(grid.titles) - 1
    ):
        return None
    in_rows = sum(names_one(row[0].text) for row in grid.rows)
    if 0 in named or in_rows * 2 > len(grid.rows):
        return None
    rows = [
        [Cell(grid.titles[i], grid.rows[0][i].lines[:0]), *(row[i] for row in grid.rows)]
        for i in range(1, len(grid.titles))
    ]
    return Grid(["GPU", *(row[0].text for row in grid.rows)], rows, grid.headings, grid.caption, grid.first_line)


def _says_nothing(row: list[Cell]) -> bool:
    """Return whether a row has no title, and nothing that a title would be needed for: buttons."""
    return not row[0].text and not any(has_money(c.text) or names_one(c.text) or re.search(r"\d", c.text) for c in row)


_MOST_TITLES: Final = 100  # in a first column: a longer one lists things


def turned(grid: Grid) -> Grid | None:
    """Return the grid with rows for columns where titles stand in the first column, and one row names the accelerators.

    Of two columns without a head, the heading may name the one that all rows describe.
    """
    if len(grid.rows) > _MOST_TITLES:
        return None
    grid = replace(grid, rows=[row for row in grid.rows if not _says_nothing(row)])
    width = max((len(row) for row in grid.rows), default=0)
    if width < 2 or len(grid.rows) < 2 or any(len(row) != width for row in grid.rows):
        return None
    firsts = [row[0].text for row in grid.rows]
    if any(not t or len(t) > LONGEST_TITLE or has_money(t) or names_one(t) for t in firsts):
        return None
    naming = {text for text in {c.text for row in grid.rows for c in row[1:]} if names_one(text)}
    named = [row for row in grid.rows if sum(c.text in naming for c in row[1:]) * 2 > width - 1]
    priced = [row for row in grid.rows if any(has_money(c.text) for c in row[1:]) or titles_prices(row[0].text)]
    is_headed = width == 2 and not any(grid.titles) and len(mentions(nearest_heading(grid))) == 1
    if (
        not priced
        or (len(named) != 1 and not is_headed)
        or sum(map(is_title, firsts)) * 2 < len(firsts)
        or any(
            is_title(c.text) and not names_one(c.text) and not re.search(r"\d", c.text)
            for row in priced
            for c in row[1:]
        )
    ):
        return None
    if any(len({id(c) for c in row[1:]}) == 1 and width > 2 for row in priced) and len(priced) == 1:
        return None  # one cell over all columns
    head = [grid.titles[0] or "Name"] if any(grid.titles) else []
    rows = [
        [*([Cell(grid.titles[i] if i < len(grid.titles) else "")] if head else []), *(row[i] for row in grid.rows)]
        for i in range(1, width)
    ]
    return Grid([*head, *firsts], rows, grid.headings, grid.caption, grid.first_line)
