"""Keeps what cannot be recomputed, people's verdicts first: an SQLite database in WAL mode.

Rows are only ever added; of several about the same thing the latest counts, so that changing one's mind loses nothing.
Times are text, ISO 8601 in UTC with microseconds, which sorts as it should.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Any, Literal

from warehouse.storage import ledger_migration
from warehouse.storage.files import LockHeld, locked
from warehouse.storage.state_dir import Home

Verdict = Literal["released", "rejected"]
Connection = sqlite3.Connection

# A file's PRAGMA user_version is the number of these it has run. Append one to add a table, never change an old one.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """create table verdicts (
            seq integer primary key,
            event_id text not null,
            verdict text not null check (verdict in ('released', 'rejected')),
            decided_by text not null,
            decided_at text not null,
            note text not null
        ) strict""",
        """create table accepted_providers (
            seq integer primary key,
            provider text not null,
            accepted_by text not null,
            accepted_at text not null,
            note text not null
        ) strict""",
        # For alert_outbox.py: rule checkpoints; events to send, channels, messages, and the outcome of each attempt.
        """create table alert_rules (
            rule_id text primary key,
            definition text not null,
            seen_at text not null,
            evaluated_on text not null
        ) strict""",
        """create table alert_events (
            event_id text primary key,
            rule_id text not null,
            told_on text not null,
            disposition text not null check (disposition in ('told', 'first_run', 'same_as', 'muted')),
            event text not null,
            recorded_at text not null
        ) strict""",
        """create table alert_deliveries (
            event_id text not null,
            channel text not null,
            due_at text not null,
            message_id text,
            primary key (event_id, channel)
        ) strict""",
        "create index alert_deliveries_by_message on alert_deliveries (message_id)",
        """create table alert_messages (
            message_id text primary key,
            channel text not null,
            composed_at text not null,
            content text not null
        ) strict""",
        """create table alert_attempts (
            seq integer primary key,
            message_id text not null,
            tried_at text not null,
            outcome text not null check (outcome in ('sent', 'failed', 'dead', 'revived')),
            next_at text,
            error text not null
        ) strict""",
        "create index alert_attempts_by_message on alert_attempts (message_id)",
        """create table alert_silences (
            seq integer primary key,
            rule_id text not null,
            until text not null,
            set_by text not null,
            set_at text not null
        ) strict""",
    ),
    (
        # What was published of a day of an index, and replaced: `said_at` is when that file was built.
        """create table index_revisions (
            index_id text not null,
            day text not null,
            said_at text not null,
            revised_at text not null,
            status text not null,
            level_median text,
            p25 text,
            p75 text,
            chained_base100 text,
            chain_start text,
            n_providers text not null,
            n_matched text not null,
            vintage text not null,
            methodology_version text not null,
            primary key (index_id, day, said_at)
        ) strict""",
    ),
    (
        # Landing files that no build can read prices from; `fingerprint`: of the code that could not.
        """create table set_aside (
            seq integer primary key,
            name text not null,
            fingerprint text not null,
            reason text not null,
            set_at text not null
        ) strict""",
    ),
)
# Columns of index_revisions, with the types that their texts have in the warehouse.
REVISION_TYPES = {
    "index_id": "varchar", "day": "date", "said_at": "timestamptz", "revised_at": "timestamptz", "status": "varchar",
    "level_median": "decimal(18, 6)", "p25": "decimal(18, 6)", "p75": "decimal(18, 6)",
    "chained_base100": "decimal(18, 4)", "chain_start": "date", "n_providers": "integer", "n_matched": "integer",
    "vintage": "varchar", "methodology_version": "varchar",
}  # fmt: skip


_LEAST_ROOM = 256 * 1024  # bytes that SQLite's files of work take


class LedgerError(Exception):
    """The ledger cannot be read or written; the message says which file, why, and that nothing was recorded."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's verdict on a quality event, when it was given, and why."""

    event_id: str
    verdict: Verdict
    decided_by: str
    decided_at: datetime  # UTC
    note: str


def to_text(moment: datetime) -> str:
    """Return a time as the ledger stores it."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def from_text(text: str) -> datetime:
    """Return a stored time."""
    return datetime.fromisoformat(text)


def decide(home: Home, event_id: str | Sequence[str], verdict: Verdict, by: str, note: str = "") -> None:
    """Record a verdict on one event, or on several at once: all of them or none.

    Raises:
        LedgerError: It cannot be written; nothing was recorded.
    """
    events = [event_id] if isinstance(event_id, str) else list(dict.fromkeys(event_id))
    now = to_text(datetime.now(UTC))
    with opened(home) as con:
        con.executemany(
            "insert into verdicts (event_id, verdict, decided_by, decided_at, note) values (?, ?, ?, ?, ?)",
            [(event, verdict, by, now, note) for event in events],
        )


def decisions(home: Home) -> list[Decision]:
    """Return every verdict ever given, in the order given: the last of an event counts. Makes no file.

    Raises:
        LedgerError: It cannot be read: without it a rebuild would forget what people decided.
    """
    rows = read(home, "select event_id, verdict, decided_by, decided_at, note from verdicts order by seq")
    return [Decision(event, verdict, by, from_text(at), note) for event, verdict, by, at, note in rows]


def keep_revisions(home: Home, rows: Sequence[Sequence[str | None]]) -> None:
    """Record rows of REVISION_TYPES as texts; what is recorded already stays as it is.

    Raises:
        LedgerError: It cannot be written; nothing was recorded.
    """
    if rows:
        marks = ", ".join("?" * len(REVISION_TYPES))
        with opened(home) as con:
            con.executemany(f"insert or ignore into index_revisions values ({marks})", rows)  # noqa: S608


def accept(home: Home, provider: str, by: str, note: str = "") -> None:
    """Record that a person has reviewed what a provider's parser reads from its pages, and found it right.

    Raises:
        LedgerError: It cannot be written; nothing was recorded.
    """
    with opened(home) as con:
        con.execute(
            "insert into accepted_providers (provider, accepted_by, accepted_at, note) values (?, ?, ?, ?)",
            (provider, by, to_text(datetime.now(UTC)), note),
        )


def accepted(home: Home) -> set[str]:
    """Return the slugs of accepted providers. Raises LedgerError as `read` does."""
    return {slug for (slug,) in read(home, "select distinct provider from accepted_providers")}


def set_aside(home: Home, reasons: Mapping[str, str], fingerprint: str) -> None:
    """Record landing files, <folder>/<file>, that the code of this fingerprint cannot build from, each with the reason.

    Raises:
        LedgerError: It cannot be written; nothing was recorded.
    """
    now = to_text(datetime.now(UTC))
    with opened(home) as con:
        con.executemany(
            "insert into set_aside (name, fingerprint, reason, set_at) values (?, ?, ?, ?)",
            [(name, fingerprint, reason, now) for name, reason in reasons.items()],
        )


def files_set_aside(home: Home, fingerprint: str) -> dict[str, str]:
    """Return landing files that this code cannot build from -> why. Other code tries them again.

    Raises LedgerError as `read` does.
    """
    return dict(read(home, "select name, reason from set_aside where fingerprint = ? order by seq", (fingerprint,)))


def read(home: Home, query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Return the rows of a SELECT of ours; none, and no file made, where there is no ledger.

    Raises:
        LedgerError: It cannot be read.
    """
    if not home.ledger.exists() and not home.duckdb_ledger.exists():
        return []
    with opened(home, is_writing=False) as con:
        return con.execute(query, parameters).fetchall()


@contextmanager
def opened(home: Home, wait_seconds: float = 10, *, is_writing: bool = True) -> Iterator[Connection]:
    """Open the ledger at today's schema, made where there is none; a block's writes are recorded whole or not at all.

    With a lake, its ledger is written to, and reading shows what was last brought from there.

    Raises:
        LedgerError: Another process keeps it for longer than `wait_seconds`, a newer gpuhour wrote it, it is damaged,
            the disk is full, or the lake cannot be reached.
    """
    if not (home.lake and is_writing):
        with _opened(home, wait_seconds, is_writing=is_writing) as con:
            yield con
        return
    from warehouse.storage import lake_catalog, lake_ledger

    try:
        with lake_ledger.writing(home, home.lake, wait_seconds), _opened(home, wait_seconds, is_writing=True) as con:
            yield con
    except (*lake_catalog.FAILURES, lake_catalog.LakeMismatch) as failed:
        raise LedgerError(f"the lake's ledger cannot be used, nothing was recorded: {failed}") from failed


@contextmanager
def _opened(home: Home, wait_seconds: float, *, is_writing: bool) -> Iterator[Connection]:
    try:
        _migrate_duckdb(home, wait_seconds)
        home.ledger.parent.mkdir(parents=True, exist_ok=True)
        con = sqlite3.connect(home.ledger, timeout=wait_seconds, isolation_level=None)
        try:
            _upgrade(con, home)
            if is_writing:
                con.execute("begin immediate")
            yield con
            if is_writing:
                con.execute("commit")
        finally:
            con.close()  # rolls back anything uncommitted
    except (sqlite3.Error, OSError, ValueError) as failed:
        reason = str(failed).strip().splitlines()[0]
        why = "it is held by another gpuhour" if "locked" in reason else reason
        # SQLite calls a full disk an I/O error where it cannot grow its own files of work.
        if isinstance(failed, sqlite3.Error) and shutil.disk_usage(home.root).free < _LEAST_ROOM:
            why = f"{os.strerror(errno.ENOSPC)} ({reason})"
        raise LedgerError(f"{home.ledger} cannot be used, nothing was recorded: {why}") from failed


def _upgrade(con: Connection, home: Home) -> None:
    """Bring an older ledger to today's schema, keeping every row."""
    (version,) = con.execute("pragma user_version").fetchone()
    if version > len(MIGRATIONS):
        raise LedgerError(
            f"{home.ledger} was written by a newer gpuhour (schema {version}, this one knows {len(MIGRATIONS)}): "
            "update gpuhour; nothing was touched"
        )
    if version == len(MIGRATIONS):
        con.execute("pragma synchronous = full")  # recorded facts survive a power cut
        return
    if version == 0 and con.execute("select 1 from sqlite_master").fetchone():
        raise LedgerError(f"{home.ledger} is not a ledger: another program made it. Move it away")
    con.execute("pragma journal_mode = wal")
    con.execute("pragma synchronous = full")
    con.execute("begin immediate")
    (version,) = con.execute("pragma user_version").fetchone()  # another process may have migrated it first
    try:
        for statement in chain.from_iterable(MIGRATIONS[version:]):
            con.execute(statement)
        con.execute(f"pragma user_version = {len(MIGRATIONS)}")
        con.execute("commit")
    except sqlite3.Error:
        con.execute("rollback")
        raise


def _migrate_duckdb(home: Home, wait_seconds: float) -> None:
    """Copy a ledger of gpuhour 0.1, once; the old file stays beside the new one."""
    if home.ledger.exists() or not home.duckdb_ledger.exists():
        return
    try:
        with locked(home.locks / "ledger.lock", wait_seconds):
            if not home.ledger.exists():
                ledger_migration.copy(home.duckdb_ledger, home.ledger, MIGRATIONS)
    except LockHeld as held:
        raise LedgerError(f"{home.ledger} is held by another gpuhour; nothing was recorded") from held
    except ledger_migration.NotALedger as foreign:
        raise LedgerError(str(foreign)) from foreign
