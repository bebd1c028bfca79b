"""The back-test: the events that rules would have sent had they been in force from the start of history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time

from pipelines.alerts.config.schema import AlertConfig, RuleBase
from pipelines.alerts.delivery.send_window import send_window
from pipelines.alerts.event import Event
from pipelines.alerts.rules.evaluate import evaluate
from warehouse.storage.connection import Connection

RUN_AT = time(6, 15, tzinfo=UTC)  # assumed time of the daily run, for channels with send windows


def backtest(
    con: Connection,
    config: AlertConfig,
    rules: Iterable[RuleBase],
    decided: list[tuple[str, date]],
    since: date | None,
    until: date | None,
    now: datetime,
    why_not: Callable[[Event], str],
    refreshed_at: datetime | None = None,
) -> list[Event]:
    """Return events whose price was first observed within [since, until] (UTC); `told_on` is the day they go out.

    why_not: why an event was not or will not be sent after all; empty where it is. refreshed_at: as `evaluate` has it.
    """
    selected = list(rules)
    events = evaluate(con, selected, now, decided, refreshed_at=refreshed_at)
    by_id = {rule.id: rule for rule in selected}
    in_range = (e for e in events if (since is None or e.date >= since) and (until is None or e.date <= until))
    return list(_sent(config, by_id, (replace(e, not_sent=why_not(e)) for e in in_range)))


def _sent(config: AlertConfig, by_id: dict[str, RuleBase], events: Iterable[Event]) -> Iterator[Event]:
    hours = {rule.id: [send_window(config, name) for name in config.channels_of(rule)] for rule in by_id.values()}
    for event in events:
        run = datetime.combine(event.told_on, RUN_AT)
        first = min((h.due(run) for h in hours[event.rule]), default=run)
        out = max(first.astimezone(UTC).date(), event.told_on)
        yield replace(event, told_on=out, held=event.held or out > event.told_on)
