"""Keeps one ledger for all machines of a lake: a copy in the catalog, taken before and given back after each write.

The catalog's row is locked meanwhile, so that two machines never write on the same state.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from warehouse.storage import lake_catalog
from warehouse.storage.files import replacing
from warehouse.storage.state_dir import Home, Lake

if TYPE_CHECKING:
    from psycopg import Connection as Server

log = logging.getLogger("gpuhour.lake")
_UNSURE = -1  # a write began here, and nobody knows whether the catalog has it


@contextmanager
def writing(home: Home, lake: Lake, wait_seconds: float) -> Iterator[None]:
    """Bring the ledger up to date, let the caller write to it, and give it back; after an error the catalog's stays.

    Raises as `lake_catalog.opened` does, also where another machine writes for longer than `wait_seconds`.
    """
    with lake_catalog.opened(lake) as con, con.transaction():
        con.execute(f"set local lock_timeout = '{max(1, int(wait_seconds * 1000))}ms'".encode())
        con.execute("select from gpuhour_lake.ledger for update")
        number = _bring(con, home) + 1
        _note(home, _UNSURE)
        yield
        con.execute(
            "update gpuhour_lake.ledger set version = %s, content = %s",
            (number, _content(home)),
        )
    _note(home, number)


def bring(con: Server[tuple[Any, ...]], home: Home) -> int:
    """Bring this machine's ledger up to the catalog's; return its version."""
    with con.transaction():
        return _bring(con, home)


def version(con: Server[tuple[Any, ...]]) -> int:
    """Return the version of the lake's ledger, 0 for none."""
    (number,) = con.execute("select version from gpuhour_lake.ledger").fetchall()[0]
    return int(number)


def _bring(con: Server[tuple[Any, ...]], home: Home) -> int:
    number, held = version(con), _held(home)
    if number and number != held:
        if held is None and home.ledger.exists():
            aside = home.ledger.with_name("ledger.before_lake.sqlite")
            log.warning("the lake has a ledger; what this machine had noted itself is now in %s", aside)
            with closing(sqlite3.connect(home.ledger)) as own, closing(sqlite3.connect(aside)) as kept:
                own.backup(kept)
        number, content = con.execute("select version, content from gpuhour_lake.ledger").fetchall()[0]
        _restore(home, bytes(content))
        _note(home, number)
    return int(number)


def _content(home: Home) -> bytes:
    with closing(sqlite3.connect(home.ledger)) as con:
        return con.serialize()


def _restore(home: Home, content: bytes) -> None:
    """Write a ledger over this machine's, in a transaction: whoever reads it meanwhile sees the old one or the new."""
    home.root.mkdir(parents=True, exist_ok=True)
    plain = content[:18] + b"\x01\x01" + content[20:]  # in memory there is no write-ahead log
    with closing(sqlite3.connect(":memory:")) as taken, closing(sqlite3.connect(home.ledger, timeout=60)) as own:
        taken.deserialize(plain)
        own.execute("pragma journal_mode = wal")
        taken.backup(own)


def _held(home: Home) -> int | None:
    try:
        return int((home.lake_notes / "ledger").read_text())
    except (OSError, ValueError):
        return None


def _note(home: Home, number: int) -> None:
    with replacing(home.lake_notes / "ledger", is_durable=False) as part:
        part.write_text(str(number))
