"""Finds tables by their tags or roles, with cells that span columns and rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from scrapers.reading.accelerator_names import mentions
from scrapers.reading.amounts import find_amounts
from scrapers.reading.page_tree import Box, Line
from scrapers.reading.tables.grids import LONGEST_TITLE, MOST_COLUMNS, Cell, Grid, has_money, is_title
from scrapers.reading.tables.turned_tables import transposed, turned
from scrapers.reading.units import rate


def table_grids(top: Box) -> Iterator[Grid]:
    """Yield every table of the page; a table in a cell is one of its own."""
    has_roles = top.element is not None and top.element.xpath("boolean(//@role)")
    for box in top.walk():
        if box.tag == "table" or (has_roles and _role(box) in ("table", "grid")):
            grid = _grid_of(box)
            if grid is not None:
                yield grid


def _role(box: Box) -> str:
    return str(box.element.get("role", "")) if box.element is not None else ""


def _grid_of(table: Box) -> Grid | None:
    inside = table.walk()
    broken: list[Line] = []
    rows = _without_coordinates(_rows_of(table, inside))
    rows = [part for row in rows if row for part in _each_of_lists(row, broken)]
    if not rows:
        return None
    spread = _spread(rows)
    n_head = _head_size(rows, spread)
    caption = next((b.text() for b in inside if b.tag == "caption"), "")
    body = spread[n_head:]
    titles = _join_heads(spread[:n_head])
    first = next((line for row in spread for cell in row for line in cell.lines), None)
    grid = Grid(titles, body, table.headings, caption, first.order if first else 0)
    grid = transposed(grid) or turned(grid) or grid
    grid.is_table, grid.box, grid.broken = True, table, broken
    return grid


def _rows_of(table: Box, inside: list[Box]) -> list[list[tuple[Cell, int, int]]]:
    """Return each row's cells with the columns and rows that they span."""
    boxes = {id(b.element): b for b in inside if b.tag in ("tr", "thead")}
    rows: list[list[tuple[Cell, int, int]]] = []
    if table.tag == "table":
        holds_tables = next(table.element.iterdescendants("table"), None) is not None
        for tr in table.element.iter("tr"):
            if holds_tables and _nearest(tr, "table") is not table.element:
                continue
            own = _below(boxes.get(id(tr)))
            rows.append(
                [
                    (
                        _cell(own.get(id(td)), tag == "th"),
                        *((_span(td, "colspan"), _span(td, "rowspan")) if td.keys() else _ONE),
                    )
                    for td in tr
                    if (tag := td.tag) in ("td", "th")
                ]
            )
        bare = table.element.find("thead")
        if bare is not None and bare.find("th") is not None:  # a thead of cells without a row
            own = _below(boxes.get(id(bare)))
            rows.insert(0, [(_cell(own.get(id(th)), True), _span(th, "colspan"), 1) for th in bare if th.tag == "th"])
        return rows
    for box in inside:
        if _role(box) == "row":
            cells_of = [b for b in box.walk() if _role(b) in ("cell", "gridcell", "columnheader", "rowheader")]
            rows.append([(_cell(b, _role(b).endswith("header")), 1, 1) for b in cells_of])
    return rows


_ONE: Final = (1, 1)


def _below(row: Box | None) -> dict[int, Box]:
    """Return the boxes of a row's cells, by the id of their element."""
    return {} if row is None else {id(box.element): box for box in row.boxes()}


def _without_coordinates(rows: list[list[tuple[Cell, int, int]]]) -> list[list[tuple[Cell, int, int]]]:
    """Return the rows of a published sheet without the letters above its columns and the numbers of its rows."""
    letters = [cell.text for cell, *_ in rows[0]] if rows else []
    if "".join(letters[1:]) != _LETTERS[: len(letters) - 1] or len(letters) < _FEWEST_LETTERS or letters[0]:
        return rows
    return [row[1:] for row in rows[1:]]


_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FEWEST_LETTERS: Final = 3


def _each_of_lists(row: list[tuple[Cell, int, int]], broken: list[Line]) -> list[list[tuple[Cell, int, int]]]:
    """Return the rows that stand in one as lists: "A100, A100x2" in a cell, and a price for each in another.

    Where there are fewer or more prices than names, no price is anybody's.
    """
    if all(len(cell.lines) < 2 for cell, *_ in row) or any(down > 1 for *_, down in row):
        return [row]
    items = [_items(cell) for cell, *_ in row]
    named = next((len(own) for own in items if _names_each(own)), 0)
    if not any(len(own) == named and _prices_each(own) for own in items):
        if not named or not any(len(own) > 1 and _prices_each(own) for own in items):
            return [row]
        broken += [line for cell, *_ in row for line in cell.lines]
        return []
    return [
        [
            (Cell(own[i].text, (own[i],), cell.is_head) if len(own) == named else cell, across, down)
            for own, (cell, across, down) in zip(items, row, strict=True)
        ]
        for i in range(named)
    ]


def _items(cell: Cell) -> list[Line]:
    """Return the lines of a cell: of its list, where it has one."""
    listed = [line for line in cell.lines if line.box is not None and line.box.tag == "li"]
    return [line for line in listed or cell.lines if line.text]


def _names_each(lines: list[Line]) -> bool:
    """Return whether each of several lines names another accelerator, or another number of one, and no price."""
    names = [mentions(line.text, is_label=True) for line in lines]
    is_each = all(len(own) == 1 for own in names) and not any(has_money(line.text) for line in lines)
    return len(lines) > 1 and is_each and len({(m.key, m.count) for own in names for m in own}) == len(lines)


def _prices_each(lines: list[Line]) -> bool:
    """Return whether each of several lines is a price, all for one unit of time: not one by the second, one by the hour."""
    return (
        all(len(find_amounts(line.text)) == 1 for line in lines) and len({rate(line.text).time for line in lines}) == 1
    )


def _nearest(element: object, tag: str) -> object:
    return next(element.iterancestors(tag), None)  # type: ignore[attr-defined]


def _cell(box: Box | None, is_head: bool) -> Cell:
    if box is None:
        return Cell("", (), is_head)
    if len(box.children) == 1 and isinstance(line := box.children[0], Line):
        return Cell(line.text, (line,), is_head)
    lines = tuple(box.lines())
    return Cell(" ".join(line.text for line in lines if line.text), lines, is_head)


def _span(element: object, name: str) -> int:
    if (stated := element.get(name)) is None:  # type: ignore[attr-defined]
        return 1
    text = str(stated).strip()
    return min(int(text), MOST_COLUMNS) if text.isdigit() and len(text) < 5 and int(text) else 1


def _spread(rows: list[list[tuple[Cell, int, int]]]) -> list[list[Cell]]:
    """Return one cell per column: a cell that spans columns or rows stands in each of them."""
    grid: list[list[Cell]] = []
    reaching: dict[int, tuple[Cell, int]] = {}
    for own in rows:
        if not reaching and all(across == down == 1 for _, across, down in own):
            grid.append([cell for cell, *_ in own[:MOST_COLUMNS]])
            continue
        row: list[Cell] = []
        below: dict[int, tuple[Cell, int]] = {}
        left = list(own)
        while (left or len(row) in reaching) and len(row) < MOST_COLUMNS:
            if len(row) in reaching:
                cell, more = reaching[len(row)]
                if more > 1:
                    below[len(row)] = (cell, more - 1)
                row.append(cell)
                continue
            cell, across, down = left.pop(0)
            for _ in range(across):
                if down > 1:
                    below[len(row)] = (cell, down - 1)
                row.append(cell)
        reaching = below
        grid.append(row)
    return grid


def _head_size(rows: list[list[tuple[Cell, int, int]]], spread: list[list[Cell]]) -> int:
    """Return how many first rows are titles: all of head cells, or without amounts above the first row that has some."""
    size = 0
    for row in spread[: min(4, len(spread))]:
        texts = [cell.text for cell in row]
        if (
            all(cell.is_head or not cell.text for cell in row)
            and any(texts)
            and (not any(map(has_money, texts)) or (not size and _reads_like_titles(texts)))
        ):
            size += 1
            continue
        break
    if size:
        return min(size, len(rows))
    first = [cell.text for i, cell in enumerate(spread[0]) if i == 0 or cell is not spread[0][i - 1]]
    if any(map(has_money, first)) or any(map(_SIZE.match, first)) or len(spread) < 2 or not _reads_like_titles(first):
        return 0
    size = 1  # a title that spans rows makes the next one a row of titles too
    while size < len(spread) - 1 and any(cell is above for cell, above in zip(spread[size], spread[0], strict=False)):
        size += 1
    return size


_SIZE: Final = re.compile(r"^\d[\d.,]*\s*(?:[GMT]i?B|GHz|v?CPUs?|cores?)?$", re.IGNORECASE)


def _reads_like_titles(texts: list[str]) -> bool:
    shown = [t for t in texts if t]
    return bool(shown) and all(len(t) <= LONGEST_TITLE for t in shown) and sum(map(is_title, shown)) * 2 >= len(shown)


def _with_marks(cell: Cell) -> str:
    """Return a title with the raised marks of its footnotes."""
    return cell.text + "".join(mark for line in cell.lines for mark in line.notes)


def _join_heads(heads: list[list[Cell]]) -> list[str]:
    width = max((len(row) for row in heads), default=0)
    titles = []
    for i in range(width):
        column = [_with_marks(row[i]) for row in heads if i < len(row) and row[i].text]
        # One title over all columns is the table's, not a column's.
        titles.append(" ".join(dict.fromkeys(column)))
    return titles
