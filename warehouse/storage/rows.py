"""Brings rows of Python into SQL: few of them as a parameter, many as a pandas frame."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from warehouse.storage.connection import Connection

if TYPE_CHECKING:  # a quarter of a second, which many builds do without
    import pandas as pd
    from typing_extensions import TypeIs

# Up to here a parameter is quicker: a frame takes some milliseconds however few its rows are.
_FEW = 100


def execute_with_rows(
    con: Connection, before: str, rows: Sequence[Any] | pd.DataFrame, types: Mapping[str, str], after: str = ""
) -> None:
    """Execute `before` + a typed SELECT of rows + `after`.

    Args:
        con: Where to execute it.
        before: The beginning of a statement, such as "create table x as ".
        rows: Dicts, or sequences in column order.
        types: SQL type by column.
        after: The end of the statement.
    """
    casts = ", ".join(f"{column}::{kind} as {column}" for column, kind in types.items())
    if _is_frame(rows) or len(rows) > _FEW or not _are_text(rows):
        import pandas as pd

        con.register("rows_of_python", pd.DataFrame(rows, columns=list(types), dtype="object"))
        try:
            con.execute(f"{before}select {casts} from rows_of_python{after}")  # noqa: S608 -- names of ours
        finally:
            con.unregister("rows_of_python")
    elif len(rows):
        named = [
            {name: row.get(name) for name in types} if isinstance(row, Mapping) else dict(zip(types, row, strict=True))
            for row in rows
        ]
        listed = "(select unnest(?, recursive := true))"
        con.execute(f"{before}select {casts} from {listed}{after}", [named])  # noqa: S608 -- names of ours
    else:
        nothing = ", ".join(f"null::{kind} as {column}" for column, kind in types.items())
        con.execute(f"{before}select {nothing} where false{after}")


def _is_frame(rows: Sequence[Any] | pd.DataFrame) -> TypeIs[pd.DataFrame]:
    return "pandas" in sys.modules and isinstance(rows, sys.modules["pandas"].DataFrame)


def _are_text(rows: Sequence[Any]) -> bool:
    """Return whether all values are text or None: other types could differ from row to row."""
    values = (value for row in rows for value in (row.values() if isinstance(row, Mapping) else row))
    return all(value is None or isinstance(value, str) for value in values)
