"""`gpuhour sql`: run a query on the published database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number

from pipelines.cli.console import OK, PARTIAL, published_database, say
from pipelines.cli.options import FormatOption, HomeOption, JsonOption, output_format
from pipelines.cli.table_output import from_both_ends, show
from pipelines.errors import CommandError, UsageError

_CHUNK = 1000  # rows
_GIB = 1 << 30
_EXPLAIN = re.compile(r"\s*explain\s+(?:analyze\s+)?(?:\([^)]*\)\s*)?", re.IGNORECASE)
_ELSEWHERE = "This database is read-only and reads no files: create your own with duckdb and ATTACH this one."


def sql(
    query: str,
    /,
    *,
    limit: Annotated[int, Parameter(validator=Number(gte=1))] = 100_000,
    style: FormatOption = "table",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Run a query on the published database, read-only: schemas v1 (a promise) and marts.

    Exits 3 when the query has more rows than `--limit`.

    Parameters
    ----------
    query
        One DuckDB query, for example "from marts.errata" or "select * from v1.prices_as_of('2023-04-07')".
    limit
        Rows that are printed at most.
    """
    from pipelines.ingest.worker import Bounds, WorkerFailed, from_worker

    if not query.strip("; \t\n"):
        raise UsageError('an empty query; try "from marts.errata"')
    bounds = Bounds(memory=8 * _GIB, cpu_seconds=3600, seconds=3600, output=_GIB)
    try:
        # DuckDB has functions that end its process.
        chunks = from_worker(lambda: answer(query, limit, home), bounds)
        columns = next(chunks)
        is_cut = False

        def rows() -> Iterator[Any]:
            nonlocal is_cut
            for row in chain.from_iterable(chunks):
                if row is None:
                    is_cut = True
                else:
                    yield row

        show(columns, rows(), output_format(style, as_json), rank=from_both_ends(columns))
    except WorkerFailed as failed:
        raise CommandError(f"the query was ended: {failed}") from failed
    if is_cut:
        say(f"these are the first {limit:,} rows; --limit takes more")
    return PARTIAL if is_cut else OK


def answer(query: str, limit: int, home: Any) -> Iterator[Any]:
    """Yield the names of the columns, then lists of rows; the last is [None] where there are more than `limit`."""
    from warehouse.storage.connection import DatabaseError

    with published_database(home) as con:
        try:
            _check_kind(con, query)
            cursor = con.execute(query)
            yield [c[0] for c in cursor.description or []]
            while limit and (rows := cursor.fetchmany(min(limit, _CHUNK))):
                limit -= len(rows)
                yield rows
            if not limit and cursor.fetchmany(1):
                yield [None]
        except DatabaseError as failed:
            raise CommandError(_help(con, failed)) from failed


def _check_kind(con: Any, query: str) -> None:
    """Refuse all but one statement that only asks, by its kind: a list of what is bad would never be complete."""
    statements = con.extract_statements(query)
    if not statements:  # nothing but comments
        raise UsageError('an empty query; try "from marts.errata"')
    if len(statements) > 1:
        raise CommandError("give one query at a time")
    kind = statements[0].type.name
    explained = _EXPLAIN.match(query)
    if kind == "EXPLAIN" and explained:
        inner = con.extract_statements(query[explained.end() :])
        kind = inner[0].type.name if len(inner) == 1 else kind
    if kind != "SELECT":
        raise CommandError(
            f"only queries are run (SELECT, FROM, WITH, VALUES, DESCRIBE, SHOW, SUMMARIZE, EXPLAIN), no {kind}\n"
            + _ELSEWHERE
        )


def _help(con: Any, failed: Exception) -> str:
    """Return DuckDB's message with a hint."""
    text = str(failed)
    if "read-only" in text or "Permission Error" in text or "disabled" in text:
        return f"{text}\n{_ELSEWHERE}"
    if "does not exist" in text:
        names = con.execute(
            "select table_schema || '.' || table_name from information_schema.tables "
            "where table_schema in ('v1', 'marts') order by all"
        ).fetchall()
        return f"{text}\nTables: {', '.join(n for (n,) in names)}"
    return text
