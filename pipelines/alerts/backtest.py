"""The back-test: what the rules would have sent, when and why, had they been in force from the start of history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time

from pipelines.alerts.config.schema import Book, RuleBase
from pipelines.alerts.delivery.send_window import hours_of
from pipelines.alerts.event import Event
from pipelines.alerts.rules.evaluate import evaluate
from warehouse.storage.connection import Connection

RUN_AT = time(6, 15, tzinfo=UTC)  # when the daily run ends, for channels with hours


def backtest(
    con: Connection,
    book: Book,
    rules: Iterable[RuleBase],
    decided: list[tuple[str, date]],
    since: date | None,
    until: date | None,
    now: datetime,
) -> list[Event]:
    """Events whose price was first seen within [since, until], UTC days; `told_on` is the day they go out."""
    chosen = list(rules)
    found = evaluate(con, chosen, now, decided)
    by_id = {rule.id: rule for rule in chosen}
    listed = (e for e in found if (since is None or e.date >= since) and (until is None or e.date <= until))
    return list(_sent(book, by_id, listed))


def _sent(book: Book, by_id: dict[str, RuleBase], events: Iterable[Event]) -> Iterator[Event]:
    hours = {rule.id: [hours_of(book, name) for name in book.channels_of(rule)] for rule in by_id.values()}
    for event in events:
        run = datetime.combine(event.told_on, RUN_AT)
        first = min((h.due(run) for h in hours[event.rule]), default=run)
        out = max(first.astimezone(UTC).date(), event.told_on)
        yield replace(event, told_on=out, held=event.held or out > event.told_on)
