"""Rules on the data itself: stale and broken sources, quarantined prices, and a pipeline that stopped building."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from pipelines.alerts.config.schema import DeadMan, Quarantined, RuleBase, SourceBroken, SourceRedesigned, SourceStale
from pipelines.alerts.event import Event, event_id
from pipelines.alerts.rules.price_tables import PriceTables, Selection
from pipelines.alerts.rules.query_rows import OutageRow
from pipelines.queries.percent import change_pct, pct_number
from warehouse.alert_queries import market_query
from warehouse.storage.connection import Connection


def _outages(con: Connection, rule: SourceStale | SourceBroken | SourceRedesigned) -> Iterator[OutageRow]:
    for outage in map(OutageRow._make, market_query.tries(con)):
        is_provider = not rule.provider or outage.provider in rule.provider
        if is_provider and (not rule.source or outage.source in rule.source):
            yield outage


def stale(con: Connection, rule: SourceStale) -> Iterator[Event]:
    """Yield sources that were not read for as many days as the rule allows."""
    for outage in _outages(con, rule):
        last_good = outage.last_good_on
        if last_good is None:
            continue
        due = last_good + timedelta(days=rule.after_days + 1)
        if due <= (outage.until_on - timedelta(days=1) if outage.until_on else outage.newest_on):
            detail = f"; last attempt: {outage.details[-1]}" if outage.details else ""
            yield _of_source(rule, outage, due, f"not read since {last_good}{detail}", last_good.isoformat())


def broken(con: Connection, rule: SourceBroken) -> Iterator[Event]:
    """Yield sources that failed so many attempts in a row; while that lasts, again at the rule's `repeat`."""
    every = int(rule.repeat[:-1]) if rule.repeat else 0
    for outage in _outages(con, rule):
        days, details = outage.days or [], outage.details or []
        notified_on: date | None = None
        for nth, (day, detail) in enumerate(zip(days, details, strict=True), 1):
            is_repeat = notified_on is not None and every > 0 and (day - notified_on).days >= every
            if nth >= rule.after_runs and (notified_on is None or is_repeat):
                notified_on = day
                reason = f"{nth} failed attempts in a row; the last: {detail}"
                yield _of_source(rule, outage, day, reason, f"{days[0]}|{day}")


def redesigned(con: Connection, rule: SourceRedesigned) -> Iterator[Event]:
    """Yield sources whose page lost its known layout, once per stretch of failed days."""
    for outage in _outages(con, rule):
        for day, detail in zip(outage.days or [], outage.details or [], strict=True):
            if detail.startswith("layout_changed"):
                reason = f"{detail}; what the general reader cannot vouch for is held: gpuhour quarantine list"
                yield _of_source(rule, outage, day, reason, f"{outage.last_good_on}|redesigned")
                break


def _of_source(rule: RuleBase, outage: OutageRow, day: date, reason: str, trigger: str) -> Event:
    kind, subject = rule.kind, f"{outage.provider}/{outage.source}"  # type: ignore[attr-defined]
    about = {"provider": outage.provider, "source": outage.source}
    return Event(
        event_id(rule.id, subject, kind, trigger), rule.id, kind, subject, day, day,
        old=None, new=None, pct=None, reason=reason, about=about,
    )  # fmt: skip


def quarantined(tables: PriceTables, selection: Selection, rule: Quarantined) -> Iterator[Event]:
    """Yield prices that the gate quarantined, on the day they came."""
    con = tables.narrow(selection, rule.where.dimensions())
    for row in market_query.quarantined(con):
        old, new = (None if row[k] is None else round(float(row[k]), 6) for k in ("old", "new"))
        about = {k: v for k, v in row.items() if k not in ("event_id", "date", "old", "new", "reason")}
        yield Event(
            event_id(rule.id, row["series_id"], rule.kind, row["event_id"]), rule.id, rule.kind, row["series_id"],
            row["date"], row["date"], old, new, pct_number(change_pct(old, new)),
            f"held ({row['class']}): {row['reason']}", about=about,
        )  # fmt: skip


def dead_man(rule: DeadMan, refreshed_at: datetime, now: datetime) -> Iterator[Event]:
    """Yield an event when no refresh has published for so many hours. The one rule that looks at the clock."""
    hours = (now - refreshed_at).total_seconds() / 3600
    if hours >= rule.after_hours:
        due = (refreshed_at + timedelta(hours=rule.after_hours)).date()
        yield Event(
            event_id(rule.id, "pipeline", rule.kind, refreshed_at.isoformat()), rule.id, rule.kind, "pipeline",
            due, due, None, None, None,
            f"the last successful refresh was {refreshed_at:%Y-%m-%d %H:%M} UTC, {hours:.0f} hours ago",
            about={"provider": ""},
        )  # fmt: skip
