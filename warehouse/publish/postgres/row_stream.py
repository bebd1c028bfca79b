"""Reads the published rows with DuckDB: fingerprints of whole relations, differences between two, and CSV streams."""

from __future__ import annotations

import os
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from warehouse.publish.postgres.relations import Relation
from warehouse.publish.publish import quote_name
from warehouse.storage.connection import Connection, beside

# Postgres knows no text with a zero byte; pages are not trusted.
_ZERO, _REPLACEMENT = b"\0", "\N{REPLACEMENT CHARACTER}".encode()
COPY_OPTIONS = r"format csv, null '\N'"
_CHUNK = 2**20
_MEASURES = "count(*), coalesce(sum(hash_1), 0), coalesce(bit_xor(hash_1), 0)"


class NotANumber(Exception):
    """A column holds NaN or infinity, which nobody may take for a price; the message names it."""


@dataclass(frozen=True, slots=True)
class Content:
    """Contents of a relation: number of rows, a fingerprint of them in any order, and key columns that hold NULL."""

    n_rows: int
    fingerprint: str
    nullable_key: frozenset[str] = frozenset()


def content(con: Connection, relation: Relation, kept: str) -> Content:
    """Return what a relation holds; of one with a key, keep each row's key and hashes as a table (see `difference`).

    Args:
        con: Connection to the published database.
        relation: The relation.
        kept: An attached database for that table, which has the relation's name.

    Raises:
        NotANumber: A float is NaN or infinite.
    """
    names = ", ".join(quote_name(column.name) for column in relation.columns)
    floats = [column.name for column in relation.columns if column.is_float]
    is_strange = " or ".join(f"not isfinite({quote_name(name)})" for name in floats) or "false"
    keys = "".join(f"{quote_name(key)}, " for key in relation.key)
    # Two hashes of 64 bits stand for a row: to compare the rows themselves takes ten times as long. The relation is
    # worked out once for all that is counted.
    rows = f"select {keys}hash({names}) as hash_1, hash(1, {names}) as hash_2, {is_strange} as is_strange "
    rows += f"from {relation.name}"
    if relation.key:
        table = _table_of(kept, relation)
        con.execute(f"create table {table} as {rows}")
        rows = f"from {table}"
    counts = [f"count_if({quote_name(key)} is null)" for key in relation.key]
    query = f"select {', '.join([_MEASURES, 'count_if(is_strange)', *counts])} from ({rows})"  # noqa: S608 -- ours
    n_rows, total, parity, n_strange, *n_nulls = con.execute(query).fetchall()[0]
    if n_strange:
        for name in floats:
            strange = f"select count_if(not isfinite({quote_name(name)})) from {relation.name}"  # noqa: S608
            count = con.execute(strange).fetchall()[0][0]
            if count:
                raise NotANumber(f"{relation.name}.{name} holds NaN or infinity in {count} rows")
    nullable = frozenset(key for key, count in zip(relation.key, n_nulls, strict=True) if count)
    return Content(n_rows, _fingerprint(n_rows, total, parity), nullable)


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


@dataclass(frozen=True, slots=True)
class Difference:
    """Rows of a relation that are in one publication and not in the other, as FROM clauses of the connection.

    Of rows that are gone there is the key alone.
    """

    gone: str
    added: str
    n_gone: int
    n_added: int


def difference(con: Connection, kept: str, earlier: str, relation: Relation, expected: str) -> Difference | None:
    """Compare a relation with an earlier publication of it, by what `content` kept of both.

    Args:
        con: Connection to the published database.
        kept: The attached database that `content` wrote to.
        earlier: The one that it wrote to for the earlier publication, or another file.
        relation: The relation; it has a key.
        expected: The fingerprint that the earlier rows must have.

    Returns:
        The rows that differ; None where the earlier publication is not known, or does not hold the expected rows.
    """
    new, old = _table_of(kept, relation), _table_of(earlier, relation)
    there = "select count(*) from duckdb_tables() where database_name = ? and schema_name = 'main' and table_name = ?"
    if con.execute(there, [earlier, relation.name]).fetchall() == [(0,)]:
        return None
    if _fingerprint(*con.execute(f"select {_MEASURES} from {old}").fetchall()[0]) != expected:  # noqa: S608 -- ours
        return None
    keys = ", ".join(quote_name(key) for key in relation.key)
    counts = []
    for name, columns, left, right in (("gone", keys, old, new), ("added", "hash_1, hash_2", new, old)):
        con.execute(
            f"create or replace table memory.main.{name} as select {columns} from {left} "  # noqa: S608 -- ours
            f"anti join {right} using (hash_1, hash_2)"
        )
        counts.append(con.execute(f"select count(*) from memory.main.{name}").fetchall()[0][0])  # noqa: S608
    names = ", ".join(quote_name(column.name) for column in relation.columns)
    added = (
        f"from {relation.name} semi join memory.main.added "
        f"on added.hash_1 = hash({names}) and added.hash_2 = hash(1, {names})"
    )
    return Difference("from memory.main.gone", added, counts[0], counts[1])


def _table_of(database: str, relation: Relation) -> str:
    return f"{database}.main.{quote_name(relation.name)}"


def _fingerprint(n_rows: int, total: int, parity: int) -> str:
    """Return what is equal for the same rows in any order."""
    return f"{n_rows}-{total:x}-{parity:x}"
