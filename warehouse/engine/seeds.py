"""Loads the facts typed by hand into tables, for the build and for whoever needs only some of them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from warehouse.paths import SEEDS
from warehouse.storage.connection import Connection, quoted

# Columns and types per file and modification time: their detection costs most of a load.
_columns: dict[tuple[Path, int], str] = {}


def load_seeds(con: Connection, names: Iterable[str]) -> None:
    """Make a table seeds.<name> of each of these CSVs; an empty cell is NULL."""
    con.execute("create schema if not exists seeds")
    for name in sorted(names):
        path = SEEDS / f"{name}.csv"
        version = path, path.stat().st_mtime_ns
        if version not in _columns:
            _columns[version] = _detected(con, path)
        con.execute(
            f"create or replace table seeds.{name} as from read_csv('{quoted(path)}', auto_detect = false, "
            f"header = true, nullstr = '', columns = {_columns[version]})"
        )


def _detected(con: Connection, path: Path) -> str:
    columns = con.execute(
        f"describe from read_csv('{quoted(path)}', header = true, sample_size = -1, nullstr = '')"
    ).fetchall()
    return "{" + ", ".join(f"'{quoted(name)}': '{kind}'" for name, kind, *_ in columns) + "}"
