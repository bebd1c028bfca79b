"""Extracts files from the published database for our own programs: readers' connections may write none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from warehouse.publish.publish import STORAGE, as_csv, quote_name
from warehouse.storage.connection import (
    Connection,
    explaining_age,
    in_memory,
    nothing_published,
    quoted,
    spare_threads,
)
from warehouse.storage.files import replacing
from warehouse.storage.state_dir import Home


@contextmanager
def extracting(home: Home) -> Iterator[Connection]:
    """Yield the published database, read-only, on a connection that can write files and tables `made.<table>`.

    For SQL of ours alone; a cursor of it works beside it, in a thread of its own. Raises NothingPublished when there is
    none, and OutdatedDatabase as `published` does.
    """
    if not home.published.exists():
        raise nothing_published(home)
    with in_memory() as con:
        spare_threads(con, home.published)
        con.execute(f"attach '{quoted(home.published)}' as published (read_only)")
        con.execute("attach ':memory:' as made")
        con.execute("use published")
        with explaining_age(con, home):
            yield con


def beside(con: Connection) -> Connection:
    """Return another connection to what `extracting` yields, for another thread; close it."""
    other = con.cursor()
    other.execute("set TimeZone = 'UTC'")
    other.execute("use published")
    return other


def parquet(con: Connection, query: str, path: Path) -> None:
    """Write a query's rows as Parquet."""
    _copy(con, query, path, "format parquet, compression zstd")


def csv(con: Connection, query: str, path: Path) -> None:
    """Write a query's rows as CSV that is harmless to spreadsheets."""
    _copy(con, as_csv(con, query), path, "format csv, header true")


def database(con: Connection, tables: dict[str, str], path: Path) -> None:
    """Write queries' rows as tables of a DuckDB file that any DuckDB from 1.0 on opens, in a browser too."""
    with replacing(path, is_durable=False) as part:
        con.execute(f"attach '{quoted(part)}' as cut (storage_version '{STORAGE}')")
        try:
            con.execute("create schema cut.v1")
            for name, query in tables.items():
                con.execute(f"create table cut.v1.{quote_name(name)} as {query}")
        finally:
            con.execute("detach cut")


def _copy(con: Connection, query: str, path: Path, options: str) -> None:
    with replacing(path, is_durable=False) as part:
        con.execute(f"copy ({query}) to '{quoted(part)}' ({options})")
