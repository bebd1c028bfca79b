"""Finds tables in data: lists of rows of texts, as content systems keep them, with their titles beside or above."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from scrapers.reading.accelerator_names import names_one
from scrapers.reading.json_fields import key_words
from scrapers.reading.records import Field, Record
from scrapers.reading.tables.grids import has_money, is_title

_DEEPEST: Final = 40
_MOST_ROWS: Final = 5000
_MOST_COLUMNS: Final = 40
_FEWEST: Final = 2  # columns, and rows


def table_records(value: Any, group: int) -> Iterator[Record]:
    """Yield a record for each row of the tables in data that name accelerators; `group` numbers the first table."""
    for number, (path, titles, rows) in enumerate(_tables(value)):
        for row_path, cells in rows:
            fields = [
                Field(titles[i], text, path=f"{path}{row_path}[{i}]", column=i) for i, text in enumerate(cells) if text
            ]
            yield Record(fields, (), "row", group + number)


_Rows = list[tuple[str, list[str]]]


def _tables(value: Any) -> Iterator[tuple[str, list[str], _Rows]]:
    """Yield the path of each table's list of rows, its titles and its rows, each with its path below that list."""
    stack: list[tuple[Any, str, dict[Any, Any], int]] = [(value, "$", {}, 0)]
    while stack:
        node, path, holder, depth = stack.pop()
        if depth > _DEEPEST:
            continue
        if isinstance(node, dict):
            stack += [(item, f"{path}.{key}", node, depth + 1) for key, item in node.items()]
        elif isinstance(node, list):
            if rows := _rows_of(node):
                yield from _with_titles(path, rows, holder)
            else:
                stack += [(item, f"{path}[{i}]", {}, depth + 1) for i, item in enumerate(node)]


def _rows_of(items: list[Any]) -> _Rows:
    """Return the rows that a list consists of: lists of texts, or objects with one such list in each; none else."""
    rows: _Rows = []
    for i, item in enumerate(items[:_MOST_ROWS]):
        lists = (
            [(f".{key}", part) for key, part in item.items() if isinstance(part, list)]
            if isinstance(item, dict)
            else [("", item)]
        )
        if len(lists) != 1 or not _is_row(lists[0][1]):
            return []
        rows.append((f"[{i}]{lists[0][0]}", ["" if cell is None else str(cell) for cell in lists[0][1]]))
    return rows if len(rows) >= _FEWEST - 1 and len({len(cells) for _, cells in rows}) == 1 else []


def _is_row(cells: Any) -> bool:
    return (
        isinstance(cells, list)
        and _FEWEST <= len(cells) <= _MOST_COLUMNS
        and all(
            cell is None or (isinstance(cell, str | int | float | Decimal) and len(str(cell)) <= 300) for cell in cells
        )
        and any(isinstance(cell, str) for cell in cells)
    )


def _with_titles(path: str, rows: _Rows, holder: dict[Any, Any]) -> Iterator[tuple[str, list[str], _Rows]]:
    width = len(rows[0][1])
    beside = [[str(cell) for cell in part] for part in holder.values() if _is_row(part) and len(part) == width]
    first = rows[0][1]
    heads = not any(map(has_money, first)) and sum(map(is_title, first)) * 2 >= width and not any(map(names_one, first))
    titles = beside[0] if len(beside) == 1 else first if heads and len(rows) >= _FEWEST else None
    body = rows if titles is not first else rows[1:]
    titles = [key_words(title) if "_" in title else title for title in titles] if titles else None  # "spot_usd_hr"
    if titles and any(names_one(cell) for _, cells in body for cell in cells):
        yield path, titles, body
