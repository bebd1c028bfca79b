"""The alerts' part of the ledger: when a rule was first seen, what to send where, and how each attempt ended.

An event is recorded with its deliveries in one transaction, a message is recorded before it is sent, and each attempt
after it: a kill between any two of them loses nothing, and what may go out twice goes out under the same message id.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from warehouse.storage import ledger
from warehouse.storage.ledger import Connection, from_text, to_text
from warehouse.storage.state_dir import Home

Disposition = Literal["told", "first_run", "same_as", "muted"]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """When a rule, as it is defined now, was first seen, and up to which day its events were evaluated."""

    rule_id: str
    definition: str
    seen_at: datetime
    evaluated_on: date


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event as it was recorded."""

    disposition: str
    event: str  # JSON
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """An event to record. due: channel -> earliest time of delivery; empty if it is not delivered."""

    event_id: str
    rule_id: str
    told_on: date
    disposition: Disposition
    event: str  # JSON
    due: dict[str, datetime]


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event that waits for its channel's send window and is in no message yet."""

    event_id: str
    channel: str
    due_at: datetime
    event: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message and its state. next_at: None once it was sent or given up."""

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
    """The result of one attempt to send a message."""

    message_id: str
    tried_at: datetime
    outcome: Literal["sent", "failed", "dead", "revived"]
    next_at: datetime | None
    error: str


@dataclass(frozen=True, slots=True)
class Silence:
    """A rule that is muted until a moment."""

    rule_id: str
    until: datetime
    set_by: str
    set_at: datetime


def checkpoints(home: Home) -> dict[str, Checkpoint]:
    """Return every rule that was ever seen, by id."""
    rows = ledger.read(home, "select rule_id, definition, seen_at, evaluated_on from alert_rules")
    return {rule: Checkpoint(rule, text, from_text(at), date.fromisoformat(day)) for rule, text, at, day in rows}


def dispositions(home: Home) -> dict[str, str]:
    """Return what became of each recorded event: told, first_run, same_as, muted."""
    return dict(ledger.read(home, "select event_id, disposition from alert_events"))


def absorbed(home: Home) -> dict[str, str]:
    """Return what each rule matched when it was new, in words; the changes were recorded and not sent."""
    rows = ledger.read(
        home,
        "select rule_id, count(*), min(told_on) from alert_events join alert_rules using (rule_id) "
        "where disposition = 'first_run' and recorded_at >= seen_at group by rule_id",
    )
    return {
        rule: f"{n} change{'' if n == 1 else 's'} since {since} not sent: the rule is new" for rule, n, since in rows
    }


def recorded_events(home: Home) -> dict[str, RecordedEvent]:
    """Return every recorded event by id."""
    rows = ledger.read(home, "select event_id, disposition, event, recorded_at from alert_events")
    return {event_id: RecordedEvent(disposition, event, from_text(at)) for event_id, disposition, event, at in rows}


def silences(home: Home) -> list[Silence]:
    """Return the latest silence of every rule that was ever silenced."""
    rows = ledger.read(
        home,
        "select rule_id, until, set_by, set_at from alert_silences "
        "where seq in (select max(seq) from alert_silences group by rule_id) order by rule_id",
    )
    return [Silence(rule, from_text(until), by, from_text(at)) for rule, until, by, at in rows]


def silence(home: Home, rule_id: str, until: datetime, by: str, now: datetime) -> None:
    """Mute a rule until a moment; an earlier one ends the silence."""
    with ledger.opened(home) as con:
        con.execute(
            "insert into alert_silences (rule_id, until, set_by, set_at) values (?, ?, ?, ?)",
            (rule_id, to_text(until), by, to_text(now)),
        )


def record(home: Home, rules: Sequence[Checkpoint], entries: Sequence[Entry], now: datetime) -> int:
    """Record rules and events with their deliveries, all or nothing; return how many events were new."""
    with ledger.opened(home) as con:
        con.executemany(
            "insert or replace into alert_rules values (?, ?, ?, ?)",
            [(rule.rule_id, rule.definition, to_text(rule.seen_at), rule.evaluated_on.isoformat()) for rule in rules],
        )
        distinct = {entry.event_id: entry for entry in entries}
        new = [entry for entry in distinct.values() if _insert_event(con, entry, now)]
        con.executemany(
            "insert into alert_deliveries values (?, ?, ?, null)",
            [(entry.event_id, channel, to_text(due)) for entry in new for channel, due in entry.due.items()],
        )
    return len(new)


def _insert_event(con: Connection, entry: Entry, now: datetime) -> bool:
    """Insert an event; return whether it was not recorded before."""
    row = (entry.event_id, entry.rule_id, entry.told_on.isoformat(), entry.disposition, entry.event, to_text(now))
    return con.execute("insert into alert_events values (?, ?, ?, ?, ?, ?) on conflict do nothing", row).rowcount == 1


def waiting(home: Home) -> list[Waiting]:
    """Return deliveries in no message yet, in the order in which their events happened."""
    rows = ledger.read(
        home,
        "select event_id, channel, due_at, event from alert_deliveries join alert_events using (event_id) "
        "where message_id is null order by told_on, rule_id, event_id",
    )
    return [Waiting(event_id, channel, from_text(due), event) for event_id, channel, due, event in rows]


def compose(home: Home, message_id: str, channel: str, event_ids: Sequence[str], content: str, now: datetime) -> None:
    """Record a message of events that wait for a channel. The same message again changes nothing."""
    with ledger.opened(home) as con:
        con.execute(
            "insert or ignore into alert_messages values (?, ?, ?, ?)", (message_id, channel, to_text(now), content)
        )
        con.executemany(
            "update alert_deliveries set message_id = ? where event_id = ? and channel = ? and message_id is null",
            [(message_id, event_id, channel) for event_id in event_ids],
        )


_MESSAGES = """
    with last_attempts as (
        select message_id, max(seq) as seq, count(*) filter (where outcome <> 'revived') as n
        from alert_attempts
        group by message_id
    )
    select
        messages.message_id, messages.channel, messages.composed_at, messages.content,
        coalesce(last_attempts.n, 0), coalesce(attempts.outcome, 'new'),
        case when attempts.seq is null then messages.composed_at else attempts.next_at end,
        attempts.tried_at, coalesce(attempts.error, ''),
        (
            select json_group_array(event_id)
            from (
                select event_id from alert_deliveries
                where message_id = messages.message_id order by event_id
            )
        )
    from alert_messages as messages
    left join last_attempts on last_attempts.message_id = messages.message_id
    left join alert_attempts as attempts on attempts.seq = last_attempts.seq
"""


def messages(home: Home, unsent_only: bool = False) -> list[Message]:
    """Return messages, oldest first."""
    where = "where coalesce(attempts.outcome, 'new') not in ('sent', 'dead')" if unsent_only else ""
    rows = ledger.read(
        home, f"{_MESSAGES} {where} order by messages.composed_at, messages.channel, messages.message_id"
    )
    return [
        Message(
            message_id, channel, from_text(composed), content, attempts, outcome,
            from_text(next_at) if next_at else None, from_text(tried) if tried else None, error, json.loads(events),
        )
        for message_id, channel, composed, content, attempts, outcome, next_at, tried, error, events in rows
    ]  # fmt: skip


def attempted(home: Home, attempts: Sequence[Attempt], wait_seconds: float = 60) -> None:
    """Record how attempts to send messages ended."""
    with ledger.opened(home, wait_seconds) as con:
        con.executemany(
            "insert into alert_attempts (message_id, tried_at, outcome, next_at, error) values (?, ?, ?, ?, ?)",
            [
                (
                    each.message_id,
                    to_text(each.tried_at),
                    each.outcome,
                    each.next_at and to_text(each.next_at),
                    each.error,
                )
                for each in attempts
            ],
        )
