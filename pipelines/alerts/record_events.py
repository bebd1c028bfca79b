"""One run: what the published database says is new is recorded, once, with where it has to go."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from pipelines.alerts.config.schema import Book, DeadMan, RuleBase
from pipelines.alerts.delivery import message
from pipelines.alerts.delivery.send_window import hours_of
from pipelines.alerts.event import Event
from pipelines.alerts.rules.evaluate import evaluate
from warehouse.alert_queries import market_query
from warehouse.storage import alert_outbox, ledger
from warehouse.storage.alert_outbox import Disposition, Entry, Sighting
from warehouse.storage.connection import Connection, published
from warehouse.storage.state_dir import Home

log = logging.getLogger("gpuhour.alerts")
# How long after the day on which it could be told a change is still news. Older ones come to light when history is
# imported or a rule of the gate changes; whoever was away gets all since the last run all the same.
NEWS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a run recorded: events by what becomes of them, new ones only."""

    told: int = 0
    first_run: int = 0
    same_as: int = 0
    muted: int = 0


def decided(home: Home) -> list[tuple[str, date]]:
    """Events of the gate that a person released, and the UTC day of the last word."""
    last = {d.event_id: d for d in ledger.decisions(home)}
    return [(d.event_id, d.decided_at.astimezone(UTC).date()) for d in last.values() if d.verdict == "released"]


def run(home: Home, book: Book, now: datetime, only: Sequence[type[RuleBase]] = ()) -> Recorded:
    """Find what is new by all rules (or those of some kinds), and record it. Running it again records nothing.

    Raises NothingPublished and LedgerError.
    """
    rules = [rule for rule in book.rules if not only or isinstance(rule, tuple(only))]
    seen = alert_outbox.sightings(home)
    with published(home) as con:
        _, as_of = market_query.built(con)
        events = evaluate(con, rules, now, decided(home), _since(seen, rules, as_of))
        chosen = _chosen(home, seen, rules, events, as_of, now)
        around = _context(con, [e for e, what in chosen if what == "told"])
    by_id = {rule.id: rule for rule in rules}
    entries = [_entry(book, by_id[e.rule], e, what, around.get(e.event_id), now) for e, what in chosen]
    counts: dict[str, int] = defaultdict(int)
    for entry in entries:
        counts[entry.disposition] += 1
    alert_outbox.record(home, _sightings(seen, rules, as_of, now), entries, now)
    log.info("%d events: %s", len(entries), dict(counts))
    return Recorded(**counts)


def _since(seen: Mapping[str, Sighting], rules: Sequence[RuleBase], as_of: date) -> date | None:
    """From which day on events can be new; None where a rule that wants to tell what is in force is seen first."""
    days = [as_of]
    for rule in rules:
        known = seen.get(rule.id)
        is_known = known is not None and known.definition == rule.definition()
        if not is_known and rule.on_first_run == "notify":
            return None
        if known is not None:
            days.append(known.evaluated_on)
    return min(days) - NEWS


def _chosen(
    home: Home,
    seen: Mapping[str, Sighting],
    rules: Sequence[RuleBase],
    events: Iterable[Event],
    as_of: date,
    now: datetime,
) -> list[tuple[Event, Disposition]]:
    """What is new, and what becomes of it."""
    known = alert_outbox.known_events(home)
    silent = {s.rule_id for s in alert_outbox.silences(home) if s.until > now}
    by_id = {rule.id: rule for rule in rules}
    found: list[tuple[Event, Disposition]] = []
    for event in events:
        rule = by_id[event.rule]
        sighting = seen.get(rule.id)
        is_first = sighting is None or sighting.definition != rule.definition()
        last = as_of if sighting is None else min(as_of, sighting.evaluated_on)
        if event.event_id in known:
            continue
        if is_first and not isinstance(rule, DeadMan):
            if rule.on_first_run == "notify" and _is_in_force(event):
                found.append((event, _fate(event, rule, silent)))
            elif event.told_on > as_of - NEWS:
                found.append((event, "first_run"))
        elif event.told_on > last - NEWS:
            found.append((event, _fate(event, rule, silent)))
    return found


def _fate(event: Event, rule: RuleBase, silent: set[str]) -> Disposition:
    return "same_as" if event.same_as else "muted" if rule.id in silent else "told"


def _is_in_force(event: Event) -> bool:
    """Whether what an event told still stands."""
    return event.about.get("next_day") is None and event.kind != "unstable"


def _context(con: Connection, events: Sequence[Event]) -> dict[str, dict[str, object]]:
    return market_query.context(con, [
        (e.event_id, e.subject if len(e.subject) == 32 else str(e.about.get("series_id", "")), e.date, e.new)
        for e in events
        if e.new is not None and e.about.get("series_id")
    ])  # fmt: skip


def _entry(
    book: Book, rule: RuleBase, event: Event, what: Disposition, around: dict[str, object] | None, now: datetime
) -> Entry:
    due = {name: hours_of(book, name).due(now) for name in book.channels_of(rule)} if what == "told" else {}
    return Entry(event.event_id, rule.id, event.told_on, what, message.payload(event, around), due)


def _sightings(seen: Mapping[str, Sighting], rules: Sequence[RuleBase], as_of: date, now: datetime) -> list[Sighting]:
    found = []
    for rule in rules:
        old, definition = seen.get(rule.id), rule.definition()
        is_known = old is not None and old.definition == definition
        seen_at = old.seen_at if old is not None and is_known else now
        upto = max(as_of, old.evaluated_on) if old is not None and is_known else as_of
        found.append(Sighting(rule.id, definition, seen_at, upto))
    return found
