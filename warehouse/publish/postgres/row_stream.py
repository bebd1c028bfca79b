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


class NotANumber(Exception):
    """A column holds NaN or infinity, which nobody may take for a price; the message names it."""


@dataclass(frozen=True, slots=True)
class Content:
    """Contents of a relation: number of rows, a fingerprint of them in any order, and key columns that hold NULL."""

    n_rows: int
    fingerprint: str
    nullable_key: frozenset[str] = frozenset()


def content(con: Connection, relation: Relation) -> Content:
    """Return what a relation holds.

    Args:
        con: Connection to the published database.
        relation: The relation.

    Raises:
        NotANumber: A float is NaN or infinite.
    """
    columns = [quote_name(column.name) for column in relation.columns]
    floats = [column.name for column in relation.columns if column.is_float]
    row = f"hash({', '.join(columns)})"
    counts = [f"count_if({quote_name(key)} is null)" for key in relation.key]
    counts += [f"count_if(not isfinite({quote_name(name)}))" for name in floats]
    measures = ", ".join(["count(*)", f"coalesce(sum({row}), 0)", f"coalesce(bit_xor({row}), 0)", *counts])
    query = f"select {measures} from {relation.name}"  # noqa: S608 -- names of ours
    n_rows, total, parity, *counted = con.execute(query).fetchall()[0]
    n_nulls, n_strange = counted[: len(relation.key)], counted[len(relation.key) :]
    for name, count in zip(floats, n_strange, strict=True):
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
    """Rows of a relation that are in one publication and not in the other, as tables of the connection.

    Of rows that are gone the table has the key alone.
    """

    gone: str
    added: str
    n_gone: int
    n_added: int


def difference(con: Connection, previous: Connection, relation: Relation, expected: str) -> Difference | None:
    """Compare a relation with an earlier publication of it.

    Args:
        con: Connection to the published database.
        previous: Connection to the earlier one, of the same process.
        relation: The relation; it has a key.
        expected: The fingerprint that the earlier rows must have.

    Returns:
        The rows that differ; None where the earlier publication does not hold the expected rows.
    """
    names = ", ".join(quote_name(column.name) for column in relation.columns)
    keys = ", ".join(quote_name(key) for key in relation.key)
    # Two hashes of 64 bits stand for a row: to compare the rows themselves takes ten times as long. Of the old rows the
    # keys are enough, by which they are deleted.
    hashed = f"select {{}}, hash({names}) as hash_1, hash(1, {names}) as hash_2 from {relation.name}"  # noqa: S608
    previous.execute(f"create or replace table memory.main.old_rows as {hashed.format(keys)}")
    measures = "count(*), coalesce(sum(hash_1), 0), coalesce(bit_xor(hash_1), 0)"
    (old,) = previous.execute(f"select {measures} from memory.main.old_rows").fetchall()  # noqa: S608 -- names of ours
    if _fingerprint(*old) != expected:
        return None
    con.execute(f"create or replace table memory.main.new_rows as {hashed.format(names)}")
    counts = []
    for table, columns, left, right in (
        ("gone", keys, "old_rows", "new_rows"),
        ("added", names, "new_rows", "old_rows"),
    ):
        con.execute(
            f"create or replace table memory.main.{table} as select {columns} from memory.main.{left} "  # noqa: S608
            f"anti join memory.main.{right} using (hash_1, hash_2)"
        )
        counts.append(con.execute(f"select count(*) from memory.main.{table}").fetchall()[0][0])  # noqa: S608
    return Difference("memory.main.gone", "memory.main.added", counts[0], counts[1])


def _fingerprint(n_rows: int, total: int, parity: int) -> str:
    """Return what is equal for the same rows in any order."""
    return f"{n_rows}-{total:x}-{parity:x}"
