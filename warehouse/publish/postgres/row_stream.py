"""Streams published rows as CSV that Postgres reads, while DuckDB still works them out."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from warehouse.publish.postgres.relations import Relation
from warehouse.publish.publish import quote_name
from warehouse.storage.connection import Connection, beside

# Postgres knows no text with a zero byte; pages are not trusted.
_ZERO, _REPLACEMENT = b"\0", "\N{REPLACEMENT CHARACTER}".encode()
COPY_OPTIONS = r"format csv, null '\N'"
_CHUNK = 2**20


def csv_stream(
    con: Connection, relation: Relation, query: str, columns: tuple[str, ...] = ()
) -> Generator[bytes, None, None]:
    """Yield the rows of a query in CSV that Postgres reads with COPY_OPTIONS, while DuckDB still works them out.

    Args:
        con: Connection to the published database.
        relation: The relation whose rows these are.
        query: FROM clause or SELECT with the relation's own columns.
        columns: Only these of its columns, in this order; empty for all.
    """
    wanted = [c for c in relation.columns if not columns or c.name in columns]
    wanted.sort(key=lambda column: columns.index(column.name) if columns else 0)
    named = ", ".join(f"{column.select} as {quote_name(column.name)}" for column in wanted)
    texts = ", ".join(quote_name(column.name) for column in wanted if column.is_text)
    options = r"format csv, header false, nullstr '\N', use_tmp_file false" + (texts and f", force_quote ({texts})")
    reading, writing = os.pipe()
    with suppress(AttributeError, OSError):  # Linux, where it is allowed: fewer turns between writer and reader
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, _CHUNK)
    statement = f"copy (select {named} from ({query})) to '/dev/fd/{writing}' ({options})"  # noqa: S608 -- ours

    def write() -> None:
        try:
            with beside(con) as other:
                other.execute(f"use {quote_name(_database(con))}")
                other.execute(statement)
        finally:
            os.close(writing)

    with ThreadPoolExecutor(1) as pool:
        task = pool.submit(write)
        try:
            with os.fdopen(reading, "rb", buffering=0) as stream:  # closed early, the writer ends with an error
                while chunk := stream.read(_CHUNK):
                    yield chunk.replace(_ZERO, _REPLACEMENT)
        except BaseException:
            with suppress(Exception):
                task.result()
            raise
        task.result()


def _database(con: Connection) -> str:
    return str(con.execute("select current_database()").fetchall()[0][0])
