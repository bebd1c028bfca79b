"""Brings rows of Python into SQL as text: to bind each value, or to import pandas for a frame of them, takes longer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from warehouse.storage.connection import Connection

_AT_ONCE = 10  # rows of one text


def execute_with_rows(
    con: Connection, before: str, rows: Sequence[Any], types: Mapping[str, str], after: str = ""
) -> None:
    """Execute `before` + a typed SELECT of rows + `after`.

    Args:
        con: Where to execute it.
        before: The beginning of a statement, such as "create table x as ".
        rows: Dicts, or sequences in column order.
        types: SQL type by column.
        after: The end of the statement.
    """
    casts = ", ".join(f"cells[{nth}]::{kind} as {column}" for nth, (column, kind) in enumerate(types.items(), 1))
    texts = [
        json.dumps([_cells(row, types) for row in rows[first : first + _AT_ONCE]], default=str)
        for first in range(0, len(rows), _AT_ONCE)
    ]
    # Unnested twice: DuckDB would take a single text apart into a value of its own for each cell before it runs.
    each = """select unnest(from_json(lines, '[["VARCHAR"]]')) as cells from (select unnest(?::varchar[]) as lines)"""
    con.execute(f"{before}select {casts} from ({each}){after}", [texts])  # noqa: S608 -- names of ours


def _cells(row: Mapping[str, Any] | Sequence[Any], types: Mapping[str, str]) -> list[Any]:
    if isinstance(row, Mapping):
        return [row.get(name) for name in types]
    if len(row) != len(types):
        raise ValueError(f"a row is longer or shorter than its {len(types)} columns")
    return list(row)
