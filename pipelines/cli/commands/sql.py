"""`gpuhour sql`: run a query on the published database."""

from __future__ import annotations

from typing import Any

from pipelines.cli.console import OK, published_database
from pipelines.cli.options import FormatOption, HomeOption, JsonOption, output_format
from pipelines.cli.table_output import show
from pipelines.errors import CommandError, UsageError


def sql(query: str, /, *, style: FormatOption = "table", as_json: JsonOption = False, home: HomeOption = None) -> int:
    """Run a query on the published database, read-only: schemas v1 (a promise) and marts.

    Parameters
    ----------
    query
        One DuckDB query, for example "from marts.errata" or "select * from v1.prices_as_of('2023-04-07')".
    """
    from warehouse.storage.connection import DatabaseError

    empty = UsageError('an empty query; try "from marts.errata"')
    if not query.strip("; \t\n"):
        raise empty
    with published_database(home) as con:
        try:
            if not con.extract_statements(query):  # nothing but comments
                raise empty
            cursor = con.execute(query)
            columns, rows = [c[0] for c in cursor.description or []], cursor.fetchall()
        except DatabaseError as failed:
            raise CommandError(_sql_help(con, failed)) from failed
    show(columns, rows, output_format(style, as_json))
    return OK


def _sql_help(con: Any, failed: Exception) -> str:
    """Return DuckDB's message with a hint."""
    text = str(failed)
    if "read-only" in text or "Permission Error" in text or "disabled" in text:
        return (
            f"{text}\nThis database is read-only and reads no files: create your own with duckdb and ATTACH this one."
        )
    if "does not exist" in text:
        names = con.execute(
            "select table_schema || '.' || table_name from information_schema.tables "
            "where table_schema in ('v1', 'marts') order by all"
        ).fetchall()
        return f"{text}\nTables: {', '.join(n for (n,) in names)}"
    return text
