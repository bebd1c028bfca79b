"""Finds the records of a page: of tables, then of grids of boxes, then of cards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scrapers.reading.amounts import find_amounts
from scrapers.reading.cards.card_records import card_records, is_of_card
from scrapers.reading.cards.listed_numbers import listed_numbers
from scrapers.reading.field_kinds import is_of_tier, is_priced_title
from scrapers.reading.other_providers import note_sellers
from scrapers.reading.page_tree import Box, Line
from scrapers.reading.records import Record
from scrapers.reading.tables.box_grids import box_grids
from scrapers.reading.tables.flat_grids import flat_grids
from scrapers.reading.tables.grid_records import grid_records
from scrapers.reading.tables.grids import Grid
from scrapers.reading.tables.tagged_tables import table_grids


def records(top: Box, lines: list[Line]) -> Iterator[Record]:
    """Yield the records of a tree: of tables, then of grids of boxes, then of cards."""
    used: set[int] = set()
    group = 0
    for grids in (table_grids(top), flat_grids(top), box_grids(top)):
        for grid in grids:
            group += 1
            if not grid.is_table and any(line.order in used for cell in grid.rows[0] for line in cell.lines):
                continue
            before = lines[max(0, grid.first_line - 5) : max(0, grid.first_line - 1)]
            below = _line_below(grid, lines) if grid.is_table and not any(grid.titles) else ""
            rows = list(grid_records(grid, group, [line for line in before if line.order not in used], below))
            if not _is_of_prices(rows) or (grid.box is not None and is_of_card(grid.box, rows)):
                continue
            note_sellers(rows)
            used |= {line.order for row in grid.rows for cell in row for line in cell.lines}
            used |= {line.order for line in grid.broken}
            yield from rows
    yield from listed_numbers(lines, used, group + 1)
    yield from card_records(top, used, group + 2)


def _line_below(grid: Grid, lines: list[Line]) -> str:
    """Return the line right below a table, where it is short: "Prices in USD per GPU-hour"."""
    last = max((line.order for row in grid.rows for cell in row for line in cell.lines), default=len(lines))
    text = lines[last].text if last < len(lines) else ""  # the order of the first is 1
    return text if len(text) <= _SHORT else ""


_SHORT: Final = 80  # characters


def _is_of_prices(rows: list[Record]) -> bool:
    return (
        any(find_amounts(f.text) for row in rows for f in row.fields)
        or any(is_priced_title(f.title) for row in rows[:1] for f in row.fields)
        or any(is_of_tier(f.title, f.text) for row in rows for f in row.fields)
    )
