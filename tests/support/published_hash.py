"""Hashes of what is published: rows of every relation of v1 and marts, whatever kind of database holds them."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import duckdb

from warehouse.publish.publish import SCHEMAS, quote_name

Hashes = dict[str, tuple[int, str]]  # relation -> number of rows, sum of their hashes
OF_THE_BUILD = frozenset({"built_at"})
# Two scrapes of the same pages differ by the time at which they landed, and by nothing else.
OF_THE_SCRAPE = OF_THE_BUILD | {"landed_at", "SkuPriceCreated", "SkuPriceLastUpdated"}


def of_file(path: Path, but_for: Collection[str] = ()) -> Hashes:
    """Return the hashes of a published file."""
    with duckdb.connect() as con:
        con.execute(f"attach '{path}' as it (read_only)")
        return of_database(con, "it", but_for)


def of_database(con: Any, name: str, but_for: Collection[str] = ()) -> Hashes:
    """Return the hashes of an attached database; values are compared as text, so that ENUM and VARCHAR are alike."""
    con.execute("set TimeZone = 'UTC'")
    con.execute(f"use {name}")
    rows = con.execute(
        "select table_schema || '.' || table_name from information_schema.tables where table_catalog = ? "
        "and table_schema = any(?) order by 1",
        [name, list(SCHEMAS)],
    ).fetchall()
    hashes = {}
    for (relation,) in rows:
        columns = [c for c, *_ in con.execute(f"describe {relation}").fetchall() if c not in but_for]
        texts = ", ".join(f"{quote_name(column)}::varchar" for column in columns)
        query = f"select count(*), coalesce(sum(hash({texts})::hugeint), 0)::varchar from {relation}"
        hashes[relation] = con.execute(query).fetchall()[0]
    con.execute("use memory")
    return hashes
