"""Publishes: a read-only database of v1 and marts that older DuckDBs can open, and every mart as Parquet and CSV."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from warehouse.engine import column_docs, incremental
from warehouse.engine.model_graph import in_order, load, macros, table_macros
from warehouse.storage.connection import Connection, DatabaseError, beside, quoted
from warehouse.storage.state_dir import Home

log = logging.getLogger("gpuhour.publish")
# The oldest format: DuckDB 1.0 and later open it, and so does DuckDB in a browser.
STORAGE = "v1.0.0"
SCHEMAS = ("v1", "marts")
# Of core: what the views of v1 show. Some only grow, the others are small.
GROWING = {"looks": "look_no", "series": "series_no"}
CHANGING = "closed_intervals"
BEHIND = ("open_intervals", "names", "aliases", "held", "source_days", "build")
CSV_ROWS = 50_000  # more is no table that anybody scrolls through; fifteen megabytes at every build
# A cell that starts with one of these is a formula to a spreadsheet; pages are not trusted.
_CSV_CELL = "if(regexp_matches({0}, '^[=+\\-@\\t\\r]'), '''' || {0}, {0})"


def tables(con: Connection) -> list[tuple[str, str, str]]:
    """(schema, table, comment) of all tables that are published; views are made there anew."""
    return con.execute(
        "select schema_name, table_name, coalesce(comment, '') from duckdb_tables() "  # noqa: S608 -- SCHEMAS is ours
        f"where database_name = current_database() and schema_name in {SCHEMAS} order by all"
    ).fetchall()


def publish_and_export(con: Connection, home: Home) -> list[Path]:
    """`publish`, and at the same time every mart as exports/<mart>.parquet and .csv (if not more than CSV_ROWS rows).

    Returns the exported files. Each is replaced as a whole, and none where the database could not be published.
    """
    try:
        with beside(con) as other, ThreadPoolExecutor(1) as pool:
            exporting = pool.submit(_write_exports, other, home)
            publish(con, home)
            return _put_in_place(exporting.result())
    finally:
        for leftover in home.exports.glob("*.part"):  # by the lock, nobody else writes
            leftover.unlink()


def publish(con: Connection, home: Home) -> None:
    """Copy v1 and marts from the warehouse to a new file, then put it in the old one's place.

    Where the build only added to what the old file holds, the new one is a copy of it with the additions.
    Take `writer_lock` first. Readers that have the old file open keep it; whoever opens next sees the new one; nobody
    sees half of one.
    """
    part = home.published.with_suffix(f".{os.getpid()}.part")
    for leftover in home.root.glob("published.*.part*"):  # of killed runs: by the lock, nobody else writes
        leftover.unlink()
    try:
        if not _grow(con, home, part):
            _discard(part)
            with _attached(con, f"attach '{quoted(part)}' as pub (storage_version '{STORAGE}')"):
                _copy(con, is_new=True)
        with part.open("rb+") as stream:
            os.fsync(stream.fileno())
        part.replace(home.published)
    finally:
        _discard(part)


def _grow(con: Connection, home: Home, part: Path) -> bool:
    """Make the new file of the old one, if the build before the newest is what that shows; else return False."""
    if not home.published.exists() or con.execute("select grew_from is null from core.build").fetchall()[0][0]:
        return False
    shutil.copyfile(home.published, part)
    try:
        with _attached(con, f"attach '{quoted(part)}' as pub"):
            follows = "select p.build_id = b.grew_from from pub.core.build as p, core.build as b"
            if con.execute(follows).fetchall() != [(True,)]:
                return False
            _copy(con, is_new=False)
    except DatabaseError as failed:
        log.warning("publishing anew: the old file cannot be added to: %s", str(failed).splitlines()[0])
        return False
    return True


@contextmanager
def _attached(con: Connection, statement: str) -> Iterator[None]:
    con.execute(statement)
    try:
        con.execute("begin")  # one transaction: a thousand statements, most of them comments, are written at once
        try:
            yield
            con.execute("commit")
        except BaseException:
            con.execute("rollback")
            raise
    finally:
        con.execute("detach pub")


def _discard(part: Path) -> None:
    for leftover in (part, part.with_name(part.name + ".wal")):
        leftover.unlink(missing_ok=True)


def _copy(con: Connection, is_new: bool) -> None:
    for schema in ("core", *SCHEMAS):
        con.execute(f"create schema if not exists pub.{schema}")
    if is_new:
        for table in (*GROWING, CHANGING):
            con.execute(f"create table pub.core.{table} as from core.{table}")
    else:
        for table, number in GROWING.items():
            newest = f"select coalesce(max({number}), 0) from pub.core.{table}"  # noqa: S608 -- names of ours
            con.execute(f"insert into pub.core.{table} from core.{table} where {number} > ({newest})")
        incremental.change_closed_intervals(con, f"pub.core.{CHANGING}")
    for table in BEHIND:
        con.execute(f"create or replace table pub.core.{table} as from core.{table}")
    for table in (*GROWING, CHANGING, *BEHIND):
        con.execute(f"comment on table pub.core.{table} is 'Behind the views of v1; not for readers: it may change.'")
    for schema, table, comment in tables(con):
        con.execute(f"create or replace table pub.{schema}.{table} as from {schema}.{table}")
        con.execute(f"comment on table pub.{schema}.{table} is '{quoted(comment)}'")
    with _using_pub(con):
        column_docs.tell_the_day(con)
        if is_new:
            _show(con)
        for schema, table, _ in tables(con):
            if schema == "v1":
                column_docs.comment_columns(con, table)


def _show(con: Connection) -> None:
    """The views of v1 and the formulas, in the database in use: they travel with the data, for a reader's own SQL."""
    con.execute(f"create view core.intervals as {incremental.VIEWS['intervals']}")
    for statement in macros():
        con.execute(statement)
    found = load()
    for name in in_order(found, {}):
        schema, _, relation = name.partition(".")
        if schema in SCHEMAS and found[name].is_view:
            for macro, made in table_macros().items():
                if macro in found[name].calls:
                    con.execute(made.sql)
            con.execute(f"create view {name} as {found[name].sql}")
            con.execute(f"comment on view {name} is '{quoted(found[name].description)}'")
            if schema == "v1":
                column_docs.comment_columns(con, relation)
    for made in table_macros().values():
        con.execute(made.sql)


@contextmanager
def _using_pub(con: Connection) -> Iterator[None]:
    con.execute("use pub")
    try:
        yield
    finally:
        con.execute("use warehouse")


def _put_in_place(parts: list[Path]) -> list[Path]:
    """Name written exports as readers know them; a mart that became too long for a CSV loses its old one."""
    paths = [part.with_suffix("") for part in parts]
    for part, path in zip(parts, paths, strict=True):
        part.replace(path)
    for old in {path.with_suffix(".csv") for path in paths} - set(paths):
        old.unlink(missing_ok=True)
    return paths


def _write_exports(con: Connection, home: Home) -> list[Path]:
    """Every mart under the names of its files and .part."""
    home.exports.mkdir(parents=True, exist_ok=True)
    parts = []
    for name, model in sorted(load().items()):
        schema, _, mart = name.partition(".")
        if schema != "marts":
            continue
        rows = f"from marts.{mart}"
        order = " order by all" if model.is_view else ""  # a table has one of its own
        as_parquet, as_text = (home.exports / f"{mart}.{suffix}.part" for suffix in ("parquet", "csv"))
        parts.append(as_parquet)
        copied = con.execute(f"copy ({rows}{order}) to '{quoted(as_parquet)}' (format parquet, compression zstd)")
        if copied.fetchall()[0][0] <= CSV_ROWS:
            parts.append(as_text)
            con.execute(f"copy ({as_csv(con, rows)}{order}) to '{quoted(as_text)}' (format csv, header true)")
    return parts


def as_csv(con: Connection, query: str) -> str:
    """The query with texts that are harmless to spreadsheets."""
    texts = [quote_name(name) for name, kind, *_ in con.execute(f"describe {query}").fetchall() if kind == "VARCHAR"]
    safe = f"* replace ({', '.join(f'{_CSV_CELL.format(t)} as {t}' for t in texts)})" if texts else "*"
    return f"select {safe} from ({query})"  # noqa: S608 -- a query of ours


def quote_name(name: str) -> str:
    """An identifier, quoted."""
    return '"' + name.replace('"', '""') + '"'
