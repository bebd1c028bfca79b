"""Asks the published database: every query of the site is a file in queries/ that reads v1 alone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pipelines.serialize import printable
from warehouse.storage.connection import Connection

QUERIES = Path(__file__).parent / "queries"
# Each is asked for more than once.
TABLES = ("offers", "changes", "runs")
_LONGEST = 600  # characters of a text that a page said
_NO_TEXT = re.compile("[\ufffe\uffff]")  # XML has no way to write these
Row = dict[str, Any]


def prepare(con: Connection) -> None:
    """Make the tables that the other queries read."""
    for name in TABLES:
        con.execute(f"create table made.{name} as {(QUERIES / 'tables' / f'{name}.sql').read_text()}")


def ask(con: Connection, name: str, **values: Any) -> list[Row]:
    """Rows of queries/<name>.sql by column name; texts cannot steer a terminal, a reader's eye or an XML parser."""
    cursor = con.execute((QUERIES / f"{name}.sql").read_text(), values or None)
    columns = [column[0] for column in cursor.description or []]
    return [dict(zip(columns, map(_tamed, row), strict=True)) for row in cursor.fetchall()]


def _tamed(value: Any) -> Any:
    return _NO_TEXT.sub(" ", printable(value)[:_LONGEST]) if isinstance(value, str) else value
