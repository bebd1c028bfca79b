"""Keeps what cannot be recomputed, a person's verdicts first: a small database, opened for milliseconds under a lock.

Rows are only ever added; of several about the same thing the latest counts. So nothing is lost by changing one's mind.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import duckdb

from warehouse.storage.connection import Connection, quoted
from warehouse.storage.state_dir import Home

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
    # Alerts, for alert_outbox.py: rules seen; what is to be told, where, in which message, and what came of it.
    """
    create table alert_rules (
        rule_id varchar primary key,
        definition varchar not null,
        seen_at timestamptz not null,
        evaluated_on date not null
    );
    create table alert_events (
        event_id varchar primary key,
        rule_id varchar not null,
        told_on date not null,
        disposition varchar not null check (disposition in ('told', 'first_run', 'same_as', 'muted')),
        event varchar not null,
        recorded_at timestamptz not null
    );
    create table alert_deliveries (
        event_id varchar not null,
        channel varchar not null,
        due_at timestamptz not null,
        message_id varchar,
        primary key (event_id, channel)
    );
    create table alert_messages (
        message_id varchar primary key,
        channel varchar not null,
        composed_at timestamptz not null,
        content varchar not null
    );
    create table alert_attempts (
        seq bigint primary key,
        message_id varchar not null,
        tried_at timestamptz not null,
        outcome varchar not null check (outcome in ('sent', 'failed', 'dead', 'revived')),
        next_at timestamptz,
        error varchar not null
    );
    create table alert_silences (
        seq bigint primary key,
        rule_id varchar not null,
        until timestamptz not null,
        set_by varchar not null,
        set_at timestamptz not null
    )
    """,
    """
    create table accepted_providers (
        seq bigint primary key,
        provider varchar not null,
        accepted_by varchar not null,
        accepted_at timestamptz not null,
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
    asked = "select event_id, verdict, decided_by, decided_at, note from verdicts order by seq"
    return [Decision(*row) for row in read(home, asked)]


def read(home: Home, query: str) -> list[tuple[Any, ...]]:
    """The rows of a SELECT of ours over the ledger at today's schema; none, and no file made, where there is none.

    Raises LedgerError when it cannot be read.
    """
    if not home.ledger.exists():
        return []
    try:
        with _connected(home.ledger, time.monotonic() + 10, read_only=True) as con:
            if _version(con, home.ledger) == len(MIGRATIONS):
                return con.execute(query).fetchall()
    except duckdb.Error as failed:
        raise LedgerError(f"{home.ledger} cannot be read: {_reason(failed)}") from failed
    with opened(home) as con:  # of an older version: brought to today's first
        return con.execute(query).fetchall()


def accept(home: Home, provider: str, by: str, note: str = "") -> None:
    """Record that a person has seen what a provider's reader makes of its pages, and found it right.

    Raises LedgerError when it cannot be written; then nothing was recorded.
    """
    with opened(home) as con:
        con.execute(
            """
            insert into accepted_providers
            select coalesce((select max(seq) from accepted_providers), 0) + 1, $provider, $by, now(), $note
            """,
            {"provider": provider, "by": by, "note": note},
        )


def accepted(home: Home) -> set[str]:
    """Slugs of the providers that were accepted. Raises LedgerError as `read` does."""
    return {slug for (slug,) in read(home, "select distinct provider from accepted_providers")}


@contextmanager
def opened(home: Home, wait_seconds: float = 10) -> Iterator[Connection]:
    """The ledger, for writing, at today's schema; made where there is none. Stay inside for milliseconds only.

    What is written goes into a copy that takes the old file's place at the end, and only if all went well: a kill
    within DuckDB's own writing has been seen to leave a file that it cannot read.
    Raises LedgerError when another process keeps it for longer than `wait_seconds`, when it was written by a newer
    gpuhour, when it is damaged, or when the disk is full.
    """
    give_up = time.monotonic() + wait_seconds
    part = home.ledger.with_suffix(f".{os.getpid()}.part")
    try:
        with _alone(home, give_up):
            try:
                with _connected(part, give_up) as con:
                    if home.ledger.exists():
                        _copy(con, home.ledger, give_up)
                    else:
                        con.execute("create table schema_version as select 0 as version")
                    migrate(con, home.ledger)
                    yield con
                    # Closing would write it too, but says nothing when the disk is full; the file alone must hold all.
                    con.execute("checkpoint")
                with part.open("rb+") as stream:
                    os.fsync(stream.fileno())
                part.replace(home.ledger)
            finally:
                for leftover in home.root.glob("ledger.*.part*"):  # of killed runs too: by the lock, nobody else writes
                    leftover.unlink(missing_ok=True)
    except (duckdb.Error, OSError) as failed:
        raise LedgerError(f"{home.ledger} cannot be used, nothing was recorded: {_reason(failed)}") from failed


def migrate(con: Connection, path: Path) -> None:
    """Bring an older ledger to today's schema, keeping every row.

    Raises LedgerError for one from the future and for a database that is no ledger.
    """
    version = _version(con, path)
    if version < len(MIGRATIONS):
        con.execute("begin")
        for script in MIGRATIONS[version:]:
            con.execute(script)
        con.execute("update schema_version set version = ?", [len(MIGRATIONS)])
        con.execute("commit")


def _version(con: Connection, path: Path) -> int:
    try:
        version: int = con.execute("select version from schema_version").fetchall()[0][0]
    except (duckdb.CatalogException, IndexError) as foreign:
        raise LedgerError(f"{path} is no ledger: it has no schema_version. Move it away") from foreign
    if version > len(MIGRATIONS):
        raise LedgerError(
            f"{path} was written by a newer gpuhour (schema {version}, this one knows {len(MIGRATIONS)}): "
            "update gpuhour; nothing was touched"
        )
    return version


def _copy(con: Connection, path: Path, give_up: float) -> None:
    """All of a ledger into the one that is open."""
    if path.with_name(path.name + ".wal").exists():  # a DuckDB shell left changes beside it: opening folds them in
        with _connected(path, give_up):
            pass
    here = con.execute("select current_database()").fetchall()[0][0]
    _when_free(lambda: con.execute(f"attach '{quoted(path)}' as old (read_only)"), give_up)
    con.execute(f'copy from database old to "{here}"')
    con.execute("detach old")


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
def _connected(path: Path, give_up: float, read_only: bool = False) -> Iterator[Connection]:
    con = _when_free(lambda: duckdb.connect(str(path), read_only=read_only), give_up)
    try:
        con.execute("set TimeZone = 'UTC'")
        yield con
    finally:
        con.close()


def _when_free(reach: Callable[[], Connection], give_up: float) -> Connection:
    """A connection, once whoever has the file open for writing (a DuckDB shell) lets go of it."""
    while True:
        try:
            return reach()
        except duckdb.IOException as locked:
            if "lock" not in str(locked) or time.monotonic() >= give_up:
                raise
            time.sleep(0.05)


def _reason(failed: Exception) -> str:
    """The first line of an error: DuckDB adds advice on its own options."""
    return str(failed).strip().splitlines()[0]
