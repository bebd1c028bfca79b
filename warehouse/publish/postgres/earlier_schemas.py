"""Moves the schemas of another version out of the way, and drops them when nobody reads them any more."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from warehouse.publish.publish import SCHEMAS, quote_name

if TYPE_CHECKING:
    from psycopg import Connection as Server

log = logging.getLogger("gpuhour.postgres")
PREFIX = "gpuhour_old_"
WAIT_SECONDS = 2  # readers of the old tables that come meanwhile wait as long


def rename_away(con: Server[tuple[Any, ...]]) -> None:
    """Rename v1 and marts, where they are there: locks no table, so that no reader waits and none makes us wait."""
    for schema in SCHEMAS:
        if con.execute("select from pg_namespace where nspname = %s", (schema,)).fetchall():
            (number,) = con.execute("select txid_current()").fetchall()[0]
            con.execute(f"alter schema {schema} rename to {PREFIX}{number}_{schema}".encode())


def drop(con: Server[tuple[Any, ...]]) -> tuple[str, ...]:
    """Drop all renamed schemas; return a sentence for those that have to stay, which the next publication tries again.

    Objects of others that rest on one are never dropped.
    """
    from psycopg import Error, errors

    notes = []
    query = "select nspname from pg_namespace where nspname like %s order by 1"
    schemas = [name for (name,) in con.execute(query, (PREFIX.replace("_", r"\_") + "%",)).fetchall()]
    for number in sorted({_number(schema) for schema in schemas}):
        together = [schema for schema in schemas if _number(schema) == number]
        try:
            with con.transaction():
                con.execute(f"set local lock_timeout = '{WAIT_SECONDS}s'")
                _drop(con, together)
        except errors.DependentObjectsStillExist as needed:
            detail = (needed.diag.message_detail or "").splitlines()[0]
            notes.append(f"{' and '.join(together)} stay: {detail}, and shows old prices. Make it anew on v1 and marts")
        except Error as busy:
            notes.append(f"{' and '.join(together)} stay until the next publication: {str(busy).splitlines()[0]}")
    for note in notes:
        log.warning("%s", note)
    return tuple(notes)


def _number(schema: str) -> str:
    return schema.removeprefix(PREFIX).partition("_")[0]


def _drop(con: Server[tuple[Any, ...]], schemas: list[str]) -> None:
    """Drop schemas that rest on each other, with what gpuhour made in them."""
    functions = con.execute(
        "select oid::regprocedure::text from pg_proc where pronamespace = any(%s::regnamespace[])", (schemas,)
    ).fetchall()
    relations = con.execute(
        "select relkind = 'v', oid::regclass::text from pg_class "
        "where relnamespace = any(%s::regnamespace[]) and relkind in ('r', 'v')",
        (schemas,),
    ).fetchall()
    for (function,) in functions:
        con.execute(f"drop function {function}".encode())
    for is_view, kind in ((True, "view"), (False, "table")):
        if names := [relation for of_view, relation in relations if of_view == is_view]:
            con.execute(f"drop {kind} {', '.join(names)}".encode())
    con.execute(f"drop schema {', '.join(map(quote_name, schemas))}".encode())
