"""Tells which published rows changed: fingerprints of whole relations, and of each row its key and two hashes."""

from __future__ import annotations

from dataclasses import dataclass

from warehouse.publish.postgres.relations import Relation
from warehouse.publish.publish import quote_name
from warehouse.storage.connection import Connection

# Attached databases, with a table of keys and hashes for each relation: of this publication (which begins as a copy of
# the earlier one's), and of the one before.
KEPT, EARLIER = "kept", "earlier"
_NOW, _GONE = "memory.main.now", "memory.main.gone"
# Of 64 bits each, of the whole row and of its key: rows themselves take ten times as long to compare.
_HASHES = ("of_row", "of_key")
_MEASURES = "count(*), coalesce(sum(of_row), 0), coalesce(bit_xor(of_row), 0)"


class NotANumber(Exception):
    """A column holds NaN or infinity, which nobody may take for a price; the message names it."""


@dataclass(frozen=True, slots=True)
class Content:
    """Contents of a relation: number of rows, a fingerprint of them in any order, and key columns that hold NULL."""

    n_rows: int
    fingerprint: str
    nullable_key: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Difference:
    """Rows of a relation that are in one publication and not in the other, as FROM clauses of the connection.

    Of rows that are gone there is the key alone.
    """

    gone: str
    added: str
    n_gone: int
    n_added: int


def held(con: Connection) -> dict[str, set[str]]:
    """Return the columns of each relation that EARLIER holds keys and hashes of; none where it holds anything else.

    Ask before a database with views is attached: each would be bound for its columns.
    """
    columns = (
        "select schema_name, table_name, list(column_name) from duckdb_columns() where database_name = ? group by all"
    )
    tables = con.execute(columns, [EARLIER]).fetchall()
    if any(schema != "main" or not set(_HASHES) <= set(names) for schema, _, names in tables):
        return {}
    return {name: set(names) for _, name, names in tables}


def known(con: Connection, relations: list[Relation], there: dict[str, set[str]], expected: dict[str, str]) -> set[str]:
    """Return the relations whose rows on the server are those of EARLIER.

    Args:
        con: Connection to the published database.
        relations: The relations.
        there: As `held` returned it.
        expected: The fingerprints of the rows on the server.
    """

    def is_known(relation: Relation) -> bool:
        if not relation.key or there.get(relation.name) != {*relation.key, *_HASHES}:
            return False
        measured = con.execute(f"select {_MEASURES} from {_table(EARLIER, relation)}").fetchall()[0]  # noqa: S608
        return _fingerprint(*measured) == expected.get(relation.name)

    return {relation.name for relation in relations if is_known(relation)}


def content(con: Connection, relation: Relation, expected: str | None) -> Content:
    """Return what a relation holds, and prepare `difference`.

    A view is worked out once for both. A table is read again where it changed, which most do not.

    Args:
        con: Connection to the published database.
        relation: The relation.
        expected: The fingerprint of EARLIER's rows; None where these are not known, so that all would be copied.

    Raises:
        NotANumber: A float is NaN or infinite.
    """
    if expected and relation.is_stored:
        measured = _measured(con, relation, f"({_hashed(relation)})")
        if measured.fingerprint == expected:
            return measured
    names, keys = _names(relation), "".join(f"{quote_name(key)}, " for key in relation.key)
    is_new = "false"
    if expected:
        is_new = f"(of_row, of_key) not in (select (of_row, of_key) from {_table(EARLIER, relation)})"  # noqa: S608
    con.execute(
        f"create or replace table {_NOW} as select {keys}of_row, of_key, is_strange, "  # noqa: S608
        f"case when {is_new} then struct_pack({names}) end as new_row from ({_hashed(relation)})"
    )
    measured = _measured(con, relation, _NOW)
    if relation.key and measured.fingerprint != expected:
        con.execute(f"create or replace table {_table(KEPT, relation)} as select {keys}of_row, of_key from {_NOW}")  # noqa: S608
        if expected:
            added = f"select unnest(new_row) from {_NOW} where new_row is not null"  # noqa: S608
            con.execute(f"create table {_table('memory', relation)} as {added}")
    con.execute(f"drop table {_NOW}")
    return measured


def difference(con: Connection, relation: Relation) -> Difference:
    """Return how a relation differs from EARLIER, by what `content` prepared; its fingerprint is another one."""
    new, old, added = (_table(database, relation) for database in (KEPT, EARLIER, "memory"))
    keys = ", ".join(quote_name(key) for key in relation.key)
    con.execute(
        f"create or replace table {_GONE} as select {keys} from {old} anti join {new} using (of_row, of_key)"  # noqa: S608
    )
    counts = f"select (select count(*) from {_GONE}), (select count(*) from {added})"  # noqa: S608
    return Difference(f"from {_GONE}", f"from {added}", *con.execute(counts).fetchall()[0])


def forget_others(con: Connection, relations: list[Relation]) -> None:
    """Drop from KEPT what is no longer published, or has no key by which rows could be told."""
    tables = con.execute(f"select table_name from duckdb_tables() where database_name = '{KEPT}'").fetchall()  # noqa: S608
    for name in {name for (name,) in tables} - {relation.name for relation in relations if relation.key}:
        con.execute(f"drop table {KEPT}.main.{quote_name(name)}")


def _measured(con: Connection, relation: Relation, rows: str) -> Content:
    counts = [f"count_if({quote_name(key)} is null)" for key in relation.key]
    query = f"select {', '.join([_MEASURES, 'count_if(is_strange)', *counts])} from {rows}"  # noqa: S608
    n_rows, total, parity, n_strange, *n_nulls = con.execute(query).fetchall()[0]
    if n_strange:
        for name in _floats(relation):
            strange = f"select count_if(not isfinite({quote_name(name)})) from {relation.name}"  # noqa: S608
            count = con.execute(strange).fetchall()[0][0]
            if count:
                raise NotANumber(f"{relation.name}.{name} holds NaN or infinity in {count} rows")
    nullable = frozenset(key for key, count in zip(relation.key, n_nulls, strict=True) if count)
    return Content(n_rows, _fingerprint(n_rows, total, parity), nullable)


def _hashed(relation: Relation) -> str:
    """Return the query of its rows with their hashes."""
    names, key = _names(relation), ", ".join(["1", *map(quote_name, relation.key)])
    is_strange = " or ".join(f"not isfinite({quote_name(name)})" for name in _floats(relation)) or "false"
    hashes = f"hash({names}) as of_row, hash({key}) as of_key"
    return f"select {names}, {hashes}, {is_strange} as is_strange from {relation.name}"  # noqa: S608


def _names(relation: Relation) -> str:
    return ", ".join(quote_name(column.name) for column in relation.columns)


def _floats(relation: Relation) -> list[str]:
    return [column.name for column in relation.columns if column.is_float]


def _table(database: str, relation: Relation) -> str:
    return f"{database}.main.{quote_name(relation.name)}"


def _fingerprint(n_rows: int, total: int, parity: int) -> str:
    """Return what is equal for the same rows in any order."""
    return f"{n_rows}-{total:x}-{parity:x}"
