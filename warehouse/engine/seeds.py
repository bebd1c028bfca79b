"""Loads the facts typed by hand into tables, for the build and for whoever needs only some of them."""

from __future__ import annotations

from warehouse.paths import SEEDS
from warehouse.storage.connection import Connection, quoted


def load_seeds(con: Connection, names: str = "*") -> None:
    """Make a table seeds.<file> of every CSV, or of those whose name fits a pattern; an empty cell is NULL."""
    con.execute("create schema if not exists seeds")
    for path in sorted(SEEDS.glob(f"{names}.csv")):
        con.execute(
            f"create or replace table seeds.{path.stem} as "
            f"from read_csv('{quoted(path)}', header = true, sample_size = -1, nullstr = '')"
        )
