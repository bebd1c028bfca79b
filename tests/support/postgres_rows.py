"""Compares what a Postgres server holds with the published DuckDB file, row for row, by DuckDB."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from warehouse.publish.publish import SCHEMAS
from warehouse.storage.state_dir import Home


def relations(home: Home) -> list[str]:
    """Return v1 and marts of a published file, as schema.name."""
    query = (
        "select table_schema || '.' || table_name from information_schema.tables where table_schema in {} order by 1"
    )
    with duckdb.connect(str(home.published), read_only=True) as con:
        return [name for (name,) in con.execute(query.format(SCHEMAS)).fetchall()]


def unequal(home: Home, con: Any, folder: Path) -> dict[str, tuple[int, int]]:
    """Return relation -> (rows only in DuckDB, rows only in Postgres), of those that differ."""
    differing = {}
    for name in relations(home):
        counts = missing_and_extra(home, con, folder, f"from {name}", f"select * from {name}")
        if counts != (0, 0):
            differing[name] = counts
    return differing


def missing_and_extra(home: Home, con: Any, folder: Path, here: str, there: str) -> tuple[int, int]:
    """Return how many rows of two queries only one of them gives: DuckDB's, and Postgres's."""
    file = folder / "there.csv"
    with duckdb.connect(str(home.published), read_only=True) as duck:
        duck.execute("set TimeZone = 'UTC'")
        columns = duck.execute(f"describe {here}").fetchall()
        nested = [name for name, kind, *_ in columns if kind.endswith("]") or kind.startswith("STRUCT")]
        text = ", ".join(f'"{name}"' for name, *_ in columns)
        statement = rf"copy (select {text} from ({there}) as q) to stdout (format csv, null '\N')"
        with file.open("wb") as stream, con.cursor() as cursor, cursor.copy(statement) as copy:
            for chunk in copy:
                stream.write(chunk)
        types = {name: "VARCHAR" if name in nested else kind for name, kind, *_ in columns}
        read = (
            rf"read_csv('{file}', header = false, columns = {types}, nullstr = '\N', allow_quoted_nulls = false, "
            "auto_detect = false, delim = ',', quote = '\"', escape = '\"', max_line_size = 10000000, parallel = false)"
        )
        plain = ", ".join(f'to_json("{n}") as "{n}"' if n in nested else f'"{n}"' for n, *_ in columns)
        parsed = ", ".join(f'to_json("{n}"::{k}) as "{n}"' if n in nested else f'"{n}"' for n, k, *_ in columns)
        # A value as text: to a comparison of numbers, NaN and 0.10 or 0.1 would be the same.
        one, other = f"select {plain} from ({here})", f"select {parsed} from {read}"
        pairs = ((one, other), (other, one))
        a, b = (duck.execute(f"select count(*) from ({x} except all {y})").fetchall()[0][0] for x, y in pairs)
    return a, b
