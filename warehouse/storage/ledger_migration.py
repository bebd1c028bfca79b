"""Copies a ledger of gpuhour 0.1, a DuckDB file, into one of today, an SQLite file: once, and whole or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb

from warehouse.storage.files import replacing

# Its last schema version; earlier ones lack some of these tables.
LAST_VERSION = 3
TABLES = {
    "verdicts": "seq, event_id, verdict, decided_by, decided_at, note",
    "accepted_providers": "seq, provider, accepted_by, accepted_at, note",
    "alert_rules": "rule_id, definition, seen_at, evaluated_on",
    "alert_events": "event_id, rule_id, told_on, disposition, event, recorded_at",
    "alert_deliveries": "event_id, channel, due_at, message_id",
    "alert_messages": "message_id, channel, composed_at, content",
    "alert_attempts": "seq, message_id, tried_at, outcome, next_at, error",
    "alert_silences": "seq, rule_id, until, set_by, set_at",
}


class NotALedger(Exception):
    """The old file is damaged, foreign or newer than any ledger of its format."""


def copy(old: Path, new: Path, migrations: Sequence[Sequence[str]]) -> None:
    """Write every row of the DuckDB file `old` to the SQLite file `new`; `old` is only read.

    Take the ledger's lock first.

    Raises:
        NotALedger: `old` cannot be read as a ledger; the message says why, and nothing is written.
    """
    rows = _read(old)
    for leftover in new.parent.glob(f"{new.name}.*.part*"):  # of killed runs: by the lock, nobody else writes
        leftover.unlink()
    with replacing(new) as part, closing(sqlite3.connect(part, isolation_level=None)) as con:
        con.execute("pragma journal_mode = wal")
        con.execute("begin")
        for statement in chain.from_iterable(migrations):
            con.execute(statement)
        for table, listed in rows.items():
            columns = TABLES[table]
            marks = ", ".join("?" * len(columns.split(",")))
            con.executemany(f"insert into {table} ({columns}) values ({marks})", listed)  # noqa: S608 -- names of ours
        con.execute(f"pragma user_version = {len(migrations)}")
        con.execute("commit")
        con.execute("pragma wal_checkpoint(truncate)")  # the file alone must hold everything: only it is renamed


def _read(old: Path) -> dict[str, list[tuple[Any, ...]]]:
    try:
        with duckdb.connect(str(old), read_only=True) as con:
            con.execute("set TimeZone = 'UTC'")
            tables = {name for (name,) in con.execute("select table_name from duckdb_tables()").fetchall()}
            if "schema_version" not in tables:
                raise NotALedger(f"{old} is not a ledger: it has no schema_version. Move it away")
            (version,) = con.execute("select version from schema_version").fetchall()[0]
            if version > LAST_VERSION:
                raise NotALedger(f"{old} was written by a newer gpuhour (schema {version}): update gpuhour")
            return {
                table: [
                    tuple(map(_plain, row))
                    for row in con.execute(f"select {columns} from {table}").fetchall()  # noqa: S608 -- names of ours
                ]
                for table, columns in TABLES.items()
                if table in tables
            }
    except (duckdb.Error, IndexError) as damaged:
        raise NotALedger(f"{old} cannot be read, nothing was recorded: {str(damaged).splitlines()[0]}") from damaged


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, date) else value
