"""Queries the published database: every query of the site is a file in queries/ that reads v1 only."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pipelines.serialize import printable
from warehouse.storage.connection import Connection

QUERIES = Path(__file__).parent / "queries"
# Each is read by more than one query.
TABLES = ("offers", "changes", "price_versions")
_MAX_TEXT = 600  # characters of a scraped text
_NOT_IN_XML = re.compile("[\ufffe\uffff]")
Row = dict[str, Any]


def prepare(con: Connection) -> None:
    """Create the tables that the other queries read."""
    for name in TABLES:
        con.execute(f"create table made.{name} as {(QUERIES / 'tables' / f'{name}.sql').read_text()}")


def ask(con: Connection, name: str, **values: Any) -> list[Row]:
    """Return rows of queries/<name>.sql by column name; texts are safe for terminals, readers and XML parsers."""
    cursor = con.execute((QUERIES / f"{name}.sql").read_text(), values or None)
    columns = [column[0] for column in cursor.description or []]
    return [dict(zip(columns, map(_safe, row), strict=True)) for row in cursor.fetchall()]


def _safe(value: Any) -> Any:
    if not isinstance(value, str) or (value.isprintable() and len(value) <= _MAX_TEXT):  # nearly all
        return value
    return _NOT_IN_XML.sub(" ", printable(value)[:_MAX_TEXT])
