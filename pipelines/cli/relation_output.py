"""Prints a table of a private database on stdout; long ones are written by DuckDB, faster than row by row."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from pipelines.cli.table_output import Format, show
from warehouse.storage.connection import Connection, quoted

_NUMBERS = ("INTEGER", "BIGINT", "DOUBLE")
_CHUNK = 1 << 20  # characters
# Text that needs no care: no character that a terminal obeys, nothing that a spreadsheet runs as a formula.
_PLAIN = "^[^=+@\\t\\r -][ -~]*$|^-?$"


def show_relation(con: Connection, name: str, style: Format) -> None:
    """Print the rows of a table in their order, with the values and the CSV that `table_output.show` prints.

    JSON has one object a line.
    """
    columns = dict(con.execute(f"select column_name, column_type from (describe {name})").fetchall())  # noqa: S608 -- ours
    if style == "table" or not _is_plain(con, name, columns):
        show(list(columns), con.execute(f"from {name}").fetchall(), style)
        return
    cells = ", ".join(_cell(column, kind, style) for column, kind in columns.items())
    options = "format csv, header" if style == "csv" else "format json, array true"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        con.execute(f"copy (select {cells} from {name}) to '{quoted(path)}' ({options})")  # noqa: S608 -- ours
        with path.open(encoding="utf-8", newline="") as written:
            while chunk := written.read(_CHUNK):
                sys.stdout.write(chunk)


def _is_plain(con: Connection, name: str, columns: dict[str, str]) -> bool:
    """Return whether DuckDB writes these values as we do: numbers, truth and text that needs no care."""
    texts = [column for column, kind in columns.items() if kind == "VARCHAR"]
    if set(columns.values()) - {*_NUMBERS, "VARCHAR", "BOOLEAN"}:
        return False
    checks = " and ".join(f"coalesce(bool_and(regexp_matches({text}, '{_PLAIN}')), true)" for text in texts) or "true"
    return bool(con.execute(f"select {checks} from {name}").fetchall()[0][0])  # noqa: S608 -- ours


def _cell(column: str, kind: str, style: Format) -> str:
    if kind == "DOUBLE":
        return f"if(isfinite({column}), {column}, null) as {column}"  # neither format has infinity
    if kind == "BOOLEAN" and style == "csv":
        return f"if({column}, 'True', 'False') as {column}"
    return column
