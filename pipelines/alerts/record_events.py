"""Records the new events of a publication, once, with the channels they go to."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from pipelines.alerts.config.schema import AlertConfig, DeadMan, RuleBase
from pipelines.alerts.delivery import message
from pipelines.alerts.delivery.send_window import send_window
from pipelines.alerts.event import Event
from pipelines.alerts.rules.evaluate import evaluate
from warehouse.alert_queries import market_query
from warehouse.storage import alert_outbox, last_refresh, ledger
from warehouse.storage.alert_outbox import Checkpoint, Disposition, Entry
from warehouse.storage.connection import Connection, published
from warehouse.storage.state_dir import Home

log = logging.getLogger("gpuhour.alerts")
# How long a change stays news after the day on which it could be notified. Older changes appear when history is
# imported or the gate changes; everything since the last run is notified regardless.
NEWS = timedelta(days=7)
_NOT_SENT = {"first_run": "the rule is new", "muted": "the rule is muted", "same_as": "another source told it"}


@dataclass(frozen=True, slots=True)
class RecordCounts:
    """The number of new events that a run recorded, by disposition."""

    told: int = 0
    first_run: int = 0
    same_as: int = 0
    muted: int = 0


def decided(home: Home) -> list[tuple[str, date]]:
    """Return quality events that a person released, and the UTC day of the last decision."""
    last = {d.event_id: d for d in ledger.decisions(home)}
    return [(d.event_id, d.decided_at.astimezone(UTC).date()) for d in last.values() if d.verdict == "released"]


def run(home: Home, config: AlertConfig, now: datetime, only: Sequence[type[RuleBase]] = ()) -> RecordCounts:
    """Derive the new events of all rules (or those of some kinds) and record them. A second run records nothing.

    Raises NothingPublished and LedgerError.
    """
    rules = [rule for rule in config.rules if not only or isinstance(rule, tuple(only))]
    checkpoints = alert_outbox.checkpoints(home)
    with published(home) as con:
        _, as_of = market_query.built(con)
        since = _since(checkpoints, rules, as_of)
        events = evaluate(con, rules, now, decided(home), since, last_refresh.read(home))
        new_events = _new_events(home, checkpoints, rules, events, as_of, now)
        contexts = _context(con, [e for e, what in new_events if what == "told"])
    by_id = {rule.id: rule for rule in rules}
    entries = [_entry(config, by_id[e.rule], e, what, contexts.get(e.event_id), now) for e, what in new_events]
    counts: dict[str, int] = defaultdict(int)
    for entry in entries:
        counts[entry.disposition] += 1
    alert_outbox.record(home, _checkpoints(checkpoints, rules, as_of, now), entries, now)
    log.info("%d events: %s", len(entries), dict(counts))
    absorbed = alert_outbox.absorbed(home) if counts["first_run"] else {}
    for rule_id in sorted({entry.rule_id for entry in entries if entry.disposition == "first_run"}):
        log.warning("%s: %s; `gpuhour alerts preview --rule %s` lists them", rule_id, absorbed[rule_id], rule_id)
    return RecordCounts(**counts)


def reasons_not_sent(home: Home, rules: Iterable[RuleBase], as_of: date, now: datetime) -> Callable[[Event], str]:
    """Return a function that says why an event was not sent, or will not be by the next run; empty where it is."""
    recorded, checkpoints = alert_outbox.dispositions(home), alert_outbox.checkpoints(home)
    muted_rules, by_id = _muted(home, now), {rule.id: rule for rule in rules}

    def why(event: Event) -> str:
        became = recorded.get(event.event_id) or _becomes(
            event, by_id[event.rule], checkpoints.get(event.rule), as_of, muted_rules
        )
        return _NOT_SENT.get(became or ("same_as" if event.same_as else ""), "")

    return why


def _since(checkpoints: Mapping[str, Checkpoint], rules: Sequence[RuleBase], as_of: date) -> date | None:
    """Return the day from which events can be new; None if a new rule wants to notify what is in force already."""
    days = [as_of]
    for rule in rules:
        checkpoint = checkpoints.get(rule.id)
        is_current = checkpoint is not None and checkpoint.definition == rule.definition()
        if not is_current and rule.on_first_run == "notify":
            return None
        if checkpoint is not None:
            days.append(checkpoint.evaluated_on)
    return min(days) - NEWS


def _new_events(
    home: Home,
    checkpoints: Mapping[str, Checkpoint],
    rules: Sequence[RuleBase],
    events: Iterable[Event],
    as_of: date,
    now: datetime,
) -> list[tuple[Event, Disposition]]:
    """Return events that are not recorded yet, with their dispositions."""
    recorded_ids = alert_outbox.dispositions(home)
    muted_rules, by_id = _muted(home, now), {rule.id: rule for rule in rules}
    new_events: list[tuple[Event, Disposition]] = []
    for event in events:
        if event.event_id in recorded_ids:
            continue
        disposition = _becomes(event, by_id[event.rule], checkpoints.get(event.rule), as_of, muted_rules)
        if disposition:
            new_events.append((event, disposition))
    return new_events


def _muted(home: Home, now: datetime) -> set[str]:
    return {s.rule_id for s in alert_outbox.silences(home) if s.until > now}


def _becomes(
    event: Event, rule: RuleBase, checkpoint: Checkpoint | None, as_of: date, muted_rules: set[str]
) -> Disposition | None:
    """Return what a run makes of an event that is not recorded yet; None where it is no news."""
    is_first = checkpoint is None or checkpoint.definition != rule.definition()
    last = as_of if checkpoint is None else min(as_of, checkpoint.evaluated_on)
    if is_first and not isinstance(rule, DeadMan):
        if rule.on_first_run == "notify" and _is_in_force(event):
            return _disposition(event, rule, muted_rules)
        return "first_run" if event.told_on > as_of - NEWS else None
    return _disposition(event, rule, muted_rules) if event.told_on > last - NEWS else None


def _disposition(event: Event, rule: RuleBase, muted_rules: set[str]) -> Disposition:
    return "same_as" if event.same_as else "muted" if rule.id in muted_rules else "told"


def _is_in_force(event: Event) -> bool:
    """Return whether the price of an event still holds."""
    return event.about.get("next_day") is None and event.kind != "unstable"


def _context(con: Connection, events: Sequence[Event]) -> dict[str, dict[str, object]]:
    return market_query.context(con, [
        (e.event_id, e.subject if len(e.subject) == 32 else str(e.about.get("series_id", "")), e.date, e.new)
        for e in events
        if e.new is not None and e.about.get("series_id")
    ])  # fmt: skip


def _entry(
    config: AlertConfig,
    rule: RuleBase,
    event: Event,
    disposition: Disposition,
    around: dict[str, object] | None,
    now: datetime,
) -> Entry:
    due = (
        {name: send_window(config, name).due(now) for name in config.channels_of(rule)} if disposition == "told" else {}
    )
    return Entry(event.event_id, rule.id, event.told_on, disposition, message.payload(event, around), due)


def _checkpoints(
    checkpoints: Mapping[str, Checkpoint], rules: Sequence[RuleBase], as_of: date, now: datetime
) -> list[Checkpoint]:
    result = []
    for rule in rules:
        earlier, definition = checkpoints.get(rule.id), rule.definition()
        is_current = earlier is not None and earlier.definition == definition
        seen_at = earlier.seen_at if earlier is not None and is_current else now
        upto = max(as_of, earlier.evaluated_on) if earlier is not None and is_current else as_of
        result.append(Checkpoint(rule.id, definition, seen_at, upto))
    return result
