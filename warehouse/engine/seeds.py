"""Loads the facts typed by hand into tables, for the build and for whoever needs only some of them."""

from __future__ import annotations

from collections.abc import Iterable

from warehouse.paths import SEEDS
from warehouse.storage.connection import Connection, quoted


def load_seeds(con: Connection, names: Iterable[str]) -> None:
    """Make a table seeds.<name> of each of these CSVs; an empty cell is NULL.

    How they are written is stated: to look for that takes longer than the rest.
    """
    con.execute("create schema if not exists seeds")
    for name in sorted(names):
        con.execute(
            f"create or replace table seeds.{name} as from read_csv('{quoted(SEEDS / f'{name}.csv')}', header = true, "
            "nullstr = '', sample_size = -1, delim = ',', quote = '\"', escape = '\"')"
        )
