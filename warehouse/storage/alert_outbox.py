"""The alerts' part of the ledger: when a rule was first seen, what is to be told where, and what came of each attempt.

An event is recorded with its deliveries in one transaction, a message is recorded before it is sent, and each attempt
after it: a kill between any two of them loses nothing, and what may go out twice goes out under the same message id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from warehouse.storage import ledger
from warehouse.storage.connection import Connection
from warehouse.storage.state_dir import Home

Disposition = Literal["told", "first_run", "same_as", "muted"]


@dataclass(frozen=True, slots=True)
class Sighting:
    """When a rule, as it is defined now, was first seen, and up to which day its events were looked for."""

    rule_id: str
    definition: str
    seen_at: datetime
    evaluated_on: date


@dataclass(frozen=True, slots=True)
class Entry:
    """An event to record. due: channel -> the moment from which it may go out; empty for what is not delivered."""

    event_id: str
    rule_id: str
    told_on: date
    disposition: Disposition
    event: str  # JSON
    due: dict[str, datetime]


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event that waits for its channel's hour, and is in no message yet."""

    event_id: str
    channel: str
    due_at: datetime
    event: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message, and what came of it so far. next_at: None once it was sent or given up."""

    message_id: str
    channel: str
    composed_at: datetime
    content: str  # JSON
    attempts: int
    outcome: Literal["new", "sent", "failed", "dead", "revived"]
    next_at: datetime | None
    tried_at: datetime | None
    error: str
    event_ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of sending a message once."""

    message_id: str
    tried_at: datetime
    outcome: Literal["sent", "failed", "dead", "revived"]
    next_at: datetime | None
    error: str


@dataclass(frozen=True, slots=True)
class Silence:
    """A rule that is not to be told until a moment."""

    rule_id: str
    until: datetime
    set_by: str
    set_at: datetime


def sightings(home: Home) -> dict[str, Sighting]:
    """Every rule that was ever seen, by id."""
    rows = ledger.read(home, "select rule_id, definition, seen_at, evaluated_on from alert_rules")
    return {row[0]: Sighting(*row) for row in rows}


def known_events(home: Home) -> dict[str, str]:
    """Events that are recorded -> what became of each: told, first_run, same_as, muted."""
    return dict(ledger.read(home, "select event_id, disposition from alert_events"))


def silences(home: Home) -> list[Silence]:
    """The last word on every rule that was ever silenced."""
    rows = ledger.read(
        home,
        "select rule_id, until, set_by, set_at from alert_silences "
        "qualify row_number() over (partition by rule_id order by seq desc) = 1 order by rule_id",
    )
    return [Silence(*row) for row in rows]


def silence(home: Home, rule_id: str, until: datetime, by: str, now: datetime) -> None:
    """Tell nothing of a rule until a moment; an earlier one ends it."""
    with ledger.opened(home) as con:
        con.execute(
            "insert into alert_silences select coalesce(max(seq), 0) + 1, ?, ?, ?, ? from alert_silences",
            [rule_id, until, by, now],
        )


def record(home: Home, seen: Sequence[Sighting], entries: Sequence[Entry], now: datetime) -> int:
    """Record rules and events with their deliveries, all or nothing; returns how many were new. What is known stays."""
    with ledger.opened(home) as con:
        con.execute("begin")
        before = _count(con)
        for s in seen:
            con.execute(
                "insert or replace into alert_rules values (?, ?, ?, ?)",
                [s.rule_id, s.definition, s.seen_at, s.evaluated_on],
            )
        new = _unknown(con, entries)
        _insert(con, "alert_events", [
            (e.event_id, e.rule_id, e.told_on, e.disposition, e.event, now) for e in new
        ])  # fmt: skip
        _insert(con, "alert_deliveries", [(e.event_id, c, due, None) for e in new for c, due in e.due.items()])
        added = _count(con) - before
        con.execute("commit")
    return added


def _count(con: Connection) -> int:
    return int(con.execute("select count(*) from alert_events").fetchall()[0][0])


def _unknown(con: Connection, entries: Sequence[Entry]) -> list[Entry]:
    known = {row[0] for row in con.execute("select event_id from alert_events").fetchall()}
    return list({e.event_id: e for e in entries if e.event_id not in known}.values())


_TYPES = {
    "alert_events": ("varchar", "varchar", "date", "varchar", "varchar", "timestamptz"),
    "alert_deliveries": ("varchar", "varchar", "timestamptz", "varchar"),
    "alert_attempts": ("bigint", "varchar", "timestamptz", "varchar", "timestamptz", "varchar"),
}


def _insert(con: Connection, table: str, rows: Sequence[Sequence[object]]) -> None:
    """Rows in one statement: one by one, thousands would take seconds."""
    if rows:
        columns = ", ".join(f"unnest(?::{kind}[])" for kind in _TYPES[table])
        con.execute(f"insert into {table} select {columns}", [list(c) for c in zip(*rows, strict=True)])


def waiting(home: Home) -> list[Waiting]:
    """Deliveries in no message yet, in the order in which their events were told."""
    rows = ledger.read(
        home,
        "select d.event_id, d.channel, d.due_at, e.event "
        "from alert_deliveries as d join alert_events as e using (event_id) "
        "where d.message_id is null order by e.told_on, e.rule_id, d.event_id",
    )
    return [Waiting(*row) for row in rows]


def compose(home: Home, message_id: str, channel: str, event_ids: Sequence[str], content: str, now: datetime) -> None:
    """Record a message of events that wait for a channel. The same message again changes nothing."""
    with ledger.opened(home) as con:
        con.execute("begin")
        con.execute("insert or ignore into alert_messages values (?, ?, ?, ?)", [message_id, channel, now, content])
        con.execute(
            "update alert_deliveries set message_id = ? where channel = ? and message_id is null "
            "and event_id in (select unnest(?::varchar[]))",
            [message_id, channel, list(event_ids)],
        )
        con.execute("commit")


_MESSAGES = """
    with tried as (
        select
            message_id, count(*) filter (where outcome in ('failed', 'dead', 'sent')) as n,
            arg_max(outcome, seq) as outcome, arg_max({'at': next_at}, seq).at as next_at,
            max(tried_at) as tried_at, arg_max(error, seq) as error
        from alert_attempts group by message_id
    ),
    held as (
        select message_id, list(event_id order by event_id) as event_ids from alert_deliveries
        where message_id is not null group by message_id
    )
    select
        m.message_id, m.channel, m.composed_at, m.content, coalesce(t.n, 0), coalesce(t.outcome, 'new'),
        if(t.message_id is null, m.composed_at, t.next_at), t.tried_at, coalesce(t.error, ''), coalesce(h.event_ids, [])
    from alert_messages as m
    left join tried as t using (message_id)
    left join held as h using (message_id)
"""


def messages(home: Home, unsent_only: bool = False) -> list[Message]:
    """Messages, oldest first."""
    where = "where coalesce(t.outcome, 'new') not in ('sent', 'dead')" if unsent_only else ""
    rows = ledger.read(home, f"{_MESSAGES} {where} order by m.composed_at, m.channel, m.message_id")
    return [Message(*row) for row in rows]


def attempted(home: Home, attempts: Sequence[Attempt], wait_seconds: float = 60) -> None:
    """Record what came of sending messages."""
    with ledger.opened(home, wait_seconds) as con:
        newest = int(con.execute("select coalesce(max(seq), 0) from alert_attempts").fetchall()[0][0])
        _insert(con, "alert_attempts", [
            (newest + nth, a.message_id, a.tried_at, a.outcome, a.next_at, a.error) for nth, a in enumerate(attempts, 1)
        ])  # fmt: skip
