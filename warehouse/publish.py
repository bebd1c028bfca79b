"""Publishes: a read-only database of v1 and marts that older DuckDBs can open, and every mart as Parquet and CSV."""

from __future__ import annotations

import os
from pathlib import Path

from warehouse import contract
from warehouse.connection import Connection, quoted
from warehouse.home import Home
from warehouse.models import in_order, load, macros, table_macros

# The oldest format: DuckDB 1.0 and later open it, and so does DuckDB in a browser.
STORAGE = "v1.0.0"
SCHEMAS = ("v1", "marts")
BEHIND = ("looks", "series", "names", "intervals", "source_days")  # of core: what the views of v1 show
# A cell that starts with one of these is a formula to a spreadsheet; pages are not trusted.
_CSV_CELL = "if(regexp_matches({0}, '^[=+\\-@\\t\\r]'), '''' || {0}, {0})"


def tables(con: Connection) -> list[tuple[str, str, str]]:
    """(schema, table, comment) of everything that is published."""
    return con.execute(
        "select schema_name, table_name, coalesce(comment, '') from duckdb_tables() "  # noqa: S608 -- SCHEMAS is ours
        f"where database_name = current_database() and schema_name in {SCHEMAS} order by all"
    ).fetchall()


def publish(con: Connection, home: Home) -> None:
    """Copy v1 and marts from the warehouse to a new file, then put it in the old one's place.

    Take `writer_lock` first. Readers that have the old file open keep it; whoever opens next sees the new one; nobody
    sees half of one.
    """
    part = home.published.with_suffix(f".{os.getpid()}.part")
    for leftover in home.root.glob("published.*.part"):  # of killed runs: by the lock, nobody else writes
        _discard(leftover)
    try:
        con.execute(f"attach '{quoted(part)}' as pub (storage_version '{STORAGE}')")
        try:
            _copy(con)
        finally:
            con.execute("detach pub")
        with part.open("rb+") as stream:
            os.fsync(stream.fileno())
        part.replace(home.published)
    finally:
        _discard(part)


def _discard(part: Path) -> None:
    for leftover in (part, part.with_name(part.name + ".wal")):
        leftover.unlink(missing_ok=True)


def _copy(con: Connection) -> None:
    for schema in ("core", *SCHEMAS):
        con.execute(f"create schema if not exists pub.{schema}")
    for table in BEHIND:
        con.execute(f"create table pub.core.{table} as from core.{table}")
        con.execute(f"comment on table pub.core.{table} is 'Behind the views of v1; not for readers: it may change.'")
    for schema, table, comment in tables(con):
        con.execute(f"create table pub.{schema}.{table} as from {schema}.{table}")
        con.execute(f"comment on table pub.{schema}.{table} is '{quoted(comment)}'")
    found = load()
    views = [name for name in in_order(found, {}) if name.startswith("v1.") and found[name].is_view]
    con.execute("use pub")
    try:
        for name in views:
            con.execute(f"create view {name} as {found[name].sql}")
            con.execute(f"comment on view {name} is '{quoted(found[name].description)}'")
        for name in found:
            if name.startswith("v1."):
                contract.comment_columns(con, name.removeprefix("v1."))
        # Formulas travel with the data, so that a reader's own SQL can call them.
        for statement in [*macros(), *(macro.sql for macro in table_macros().values())]:
            con.execute(statement)
    finally:
        con.execute("use warehouse")


def export(con: Connection, home: Home) -> list[Path]:
    """Write every mart as exports/<mart>.parquet and .csv; returns the files. Each file is replaced as a whole."""
    home.exports.mkdir(parents=True, exist_ok=True)
    written = []
    for schema, table, _ in tables(con):
        if schema != "marts":
            continue
        columns = con.execute(f"describe {schema}.{table}").fetchall()
        texts = [quote_name(name) for name, kind, *_ in columns if kind == "VARCHAR"]
        safe = f"* replace ({', '.join(f'{_CSV_CELL.format(t)} as {t}' for t in texts)})" if texts else "*"
        for suffix, query, options in (
            ("parquet", f"from {schema}.{table}", "format parquet, compression zstd"),
            ("csv", f"select {safe} from {schema}.{table}", "format csv, header true"),  # noqa: S608
        ):
            path = home.exports / f"{table}.{suffix}"
            part = path.with_suffix(f".{suffix}.part")
            con.execute(f"copy ({query}) to '{quoted(part)}' ({options})")
            part.replace(path)
            written.append(path)
    return written


def quote_name(name: str) -> str:
    """An identifier, quoted."""
    return '"' + name.replace('"', '""') + '"'
