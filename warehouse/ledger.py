"""Keeps what cannot be recomputed, a person's verdicts first: a small database, opened for milliseconds under a lock.

Rows are only ever added; of several about the same thing the latest counts. So nothing is lost by changing one's mind.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import duckdb

from warehouse.connection import Connection
from warehouse.home import Home

Verdict = Literal["released", "rejected"]

# A file's version is how many of these it has seen. To add a table, append a script; never change a released one.
MIGRATIONS = (
    """
    create table verdicts (
        seq bigint primary key,
        event_id varchar not null,
        verdict varchar not null check (verdict in ('released', 'rejected')),
        decided_by varchar not null,
        decided_at timestamptz not null,
        note varchar not null
    )
    """,
)


class LedgerError(Exception):
    """The ledger cannot be read or written; the message says which file, why, and that nothing was recorded."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person said of a quality event, when, and why."""

    event_id: str
    verdict: Verdict
    decided_by: str
    decided_at: datetime  # UTC
    note: str


def decide(home: Home, event_id: str | Sequence[str], verdict: Verdict, by: str, note: str = "") -> None:
    """Record a verdict on one event, or on several at once: all of them or none.

    Raises LedgerError when it cannot be written; then nothing was recorded.
    """
    events = [event_id] if isinstance(event_id, str) else list(dict.fromkeys(event_id))
    with opened(home) as con:
        con.execute(
            """
            insert into verdicts
            select coalesce((select max(seq) from verdicts), 0) + nth, event_id, $verdict, $by, now(), $note
            from (select unnest($events::varchar[]) as event_id, generate_subscripts($events::varchar[], 1) as nth)
            """,
            {"events": events, "verdict": verdict, "by": by, "note": note},
        )


def decisions(home: Home) -> list[Decision]:
    """Every verdict ever given, in the order given: the last of an event counts. Makes no file where there is none.

    Raises LedgerError when the ledger cannot be read: without it a rebuild would forget what people decided.
    """
    if not home.ledger.exists():
        return []
    with opened(home) as con:
        rows = con.execute(
            "select event_id, verdict, decided_by, decided_at, note from verdicts order by seq"
        ).fetchall()
    return [Decision(*row) for row in rows]


@contextmanager
def opened(home: Home, wait_seconds: float = 10) -> Iterator[Connection]:
    """The ledger, for writing, at today's schema; made where there is none. Stay inside for milliseconds only.

    Raises LedgerError when another process keeps it for longer than `wait_seconds`, when it was written by a newer
    gpuhour, when it is damaged, or when the disk is full.
    """
    give_up = time.monotonic() + wait_seconds
    try:
        with _alone(home, give_up):
            if not home.ledger.exists():
                _create(home.ledger)
            with _connected(home.ledger, give_up) as con:
                migrate(con, home.ledger)
                yield con
    except (duckdb.Error, OSError) as failed:
        raise LedgerError(f"{home.ledger} cannot be used, nothing was recorded: {_reason(failed)}") from failed


def migrate(con: Connection, path: Path) -> None:
    """Bring an older ledger to today's schema in one transaction, keeping every row.

    Raises LedgerError for one from the future and for a database that is no ledger.
    """
    try:
        version: int = con.execute("select version from schema_version").fetchall()[0][0]
    except (duckdb.CatalogException, IndexError) as foreign:
        raise LedgerError(f"{path} is no ledger: it has no schema_version. Move it away") from foreign
    if version > len(MIGRATIONS):
        raise LedgerError(
            f"{path} was written by a newer gpuhour (schema {version}, this one knows {len(MIGRATIONS)}): "
            "update gpuhour; nothing was touched"
        )
    if version < len(MIGRATIONS):
        con.execute("begin")
        for script in MIGRATIONS[version:]:
            con.execute(script)
        con.execute("update schema_version set version = ?", [len(MIGRATIONS)])
        con.execute("commit")


def _create(path: Path) -> None:
    """A new ledger by temp file and rename: a kill leaves none, or a whole one."""
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        with _connected(part, give_up=0) as con:
            con.execute("create table schema_version as select 0 as version")
            migrate(con, part)
            # Closing would write it too, but says nothing when the disk is full; the file alone must hold all.
            con.execute("checkpoint")
        with part.open("rb+") as stream:
            os.fsync(stream.fileno())
        part.replace(path)
    finally:
        for leftover in path.parent.glob("ledger.*.part*"):  # of killed runs too: by the lock, nobody else makes one
            leftover.unlink(missing_ok=True)


@contextmanager
def _alone(home: Home, give_up: float) -> Iterator[None]:
    """One process at a time; the kernel lets go for one that dies."""
    home.locks.mkdir(parents=True, exist_ok=True)
    with (home.locks / "ledger.lock").open("a") as stream:
        while True:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as busy:
                if time.monotonic() >= give_up:
                    raise LedgerError(f"{home.ledger} is held by another gpuhour; nothing was recorded") from busy
                time.sleep(0.01)
        yield


@contextmanager
def _connected(path: Path, give_up: float) -> Iterator[Connection]:
    """A connection, once whoever has the file open (a DuckDB shell) lets go of it."""
    while True:
        try:
            con = duckdb.connect(str(path))
            break
        except duckdb.IOException as locked:
            if "lock" not in str(locked) or time.monotonic() >= give_up:
                raise
            time.sleep(0.05)
    try:
        con.execute("set TimeZone = 'UTC'")
        yield con
    finally:
        con.close()


def _reason(failed: Exception) -> str:
    """The first line of an error: DuckDB adds advice on its own options."""
    return str(failed).strip().splitlines()[0]
