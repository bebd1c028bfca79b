"""Rules on more than one series' price: offers, availability, the cheapest, indices, sources, gate, pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from pipelines.alerts.config.schema import (
    Availability,
    CheapestChanged,
    DeadMan,
    IndexMove,
    Offers,
    Quarantined,
    RuleBase,
    SourceBroken,
    SourceStale,
)
from pipelines.alerts.event import Event, event_id
from warehouse.alert_queries import market_query
from warehouse.storage.connection import Connection

_FIELDS = ("n", "piece", "i", "prev_usd", "prev_value")


def _about(found: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in found.items() if k not in _FIELDS}


def offers(con: Connection, rule: Offers) -> Iterator[Event]:
    """Things that a source began or ceased to list."""
    is_gone = rule.kind == "offer_removed"
    market_query.narrow(con, rule.where.dimensions())
    rows = market_query.offers(con, is_gone, rule.confirm)
    found = market_query.described(con, [row[:3] for row in rows])
    for n, piece, i, day, told_on in rows:
        f = found[n, piece, i]
        price = round(f["usd"], 6)
        yield Event(
            event_id(rule.id, f["series_id"], rule.kind, f["trigger_id"]), rule.id, rule.kind, f["series_id"], day,
            told_on, old=price if is_gone else None, new=None if is_gone else price, pct=None,
            reason="two looks in a row did not list it" if is_gone else "not listed at the look before",
            confirmations=2 if is_gone or f["is_page"] else 1, about=_about(f),
        )  # fmt: skip


def availability(con: Connection, rule: Availability) -> Iterator[Event]:
    """Things that sold out or can be had again."""
    market_query.narrow(con, rule.where.dimensions())
    rows = market_query.availability(con, rule.kind == "sold_out", rule.min_gap_days, rule.confirm)
    found = market_query.described(con, [row[:3] for row in rows])
    for n, piece, i, day, told_on, before, now in rows:
        f = found[n, piece, i]
        price = round(f["usd"], 6)
        yield Event(
            event_id(rule.id, f["series_id"], rule.kind, f["trigger_id"]), rule.id, rule.kind, f["series_id"], day,
            told_on, old=price, new=price, pct=None, reason=f"{now}, was {before}",
            about=_about(f) | {"availability": now},
        )  # fmt: skip


def cheapest(con: Connection, rule: CheapestChanged, as_of: date, since: date | None = None) -> list[Event]:
    """Another provider is the cheapest of a group, by the margin, for as long as the rule asks."""
    turns: list[tuple[Any, ...]] = []
    listed = market_query.cheapest(con, rule.where.dimensions(), rule.group, as_of)
    for group, rows in groupby(listed, key=lambda row: row[0]):
        days = [(day, {row[2]: row[3:] for row in found}) for day, found in groupby(rows, key=lambda row: row[1])]
        turns += [(group, *turn) for turn in _turns(days, rule, as_of) if since is None or turn[1] >= since]
    if not turns:
        return []
    market_query.watch(con, [{}], series={turn[-1][0] for turn in turns})
    keys = market_query.keys_of(con, [turn[-1] for turn in turns])
    found = market_query.described(con, list(keys.values()))
    return [_turned(rule, turn, found[keys[turn[-1]]]) for turn in turns if turn[-1] in keys]


def _turned(rule: CheapestChanged, turn: tuple[Any, ...], f: dict[str, Any]) -> Event:
    group, day, told_on, before, after, old, new, _ = turn
    return Event(
        event_id(rule.id, group, rule.kind, f"{f['trigger_id']}|{after}|{day}"), rule.id, rule.kind, group, day,
        told_on, old=round(old, 6), new=round(new, 6), pct=round(100 * (new / old - 1), 2),
        reason=f"{after} is cheapest, was {before} ({group})", about=_about(f) | {"group": group},
    )  # fmt: skip


def _turns(days: list[tuple[date, dict[str, Any]]], rule: CheapestChanged, as_of: date) -> Iterator[tuple[Any, ...]]:
    holder: str | None = None
    price = 0.0
    rival: tuple[str, date] | None = None
    for nth, (day, prices) in enumerate(days):
        leader = min(prices, key=lambda p: (prices[p][0], p))
        if holder is None:
            holder, price = leader, prices[leader][0]
            continue
        price = prices[holder][0] if holder in prices else price
        wins = leader != holder and (holder not in prices or prices[leader][0] < price * (1 - rule.margin_pct / 100))
        if not wins:
            rival = None
            continue
        rival = rival if rival and rival[0] == leader else (leader, day)
        sure = rival[1] + timedelta(days=rule.held_days - 1)
        next_on = days[nth + 1][0] if nth + 1 < len(days) else as_of + timedelta(days=1)
        if sure < next_on and sure <= as_of:
            usd, *key = prices[leader]
            yield rival[1], max(sure, day), holder, leader, price, usd, tuple(key)
            holder, price, rival = leader, usd, None


def index_moves(con: Connection, rule: IndexMove) -> Iterator[Event]:
    """An index moved; told again in the same direction after the rule's days only."""
    rows = market_query.indices(con, rule.days, rule.pct)
    for index, found in groupby(rows, key=lambda row: row[0]):
        if rule.index and index not in rule.index:
            continue
        told: tuple[date, bool] | None = None
        for _, gpu, memory, pricing_model, day, old, new in found:
            is_up = new > old
            if told and told[1] == is_up and (day - told[0]).days < rule.days:
                continue
            told = day, is_up
            pct = round(100 * (float(new) / float(old) - 1), 2)
            yield Event(
                event_id(rule.id, index, rule.kind, day.isoformat()), rule.id, rule.kind, index, day,
                day + timedelta(days=1), old=float(old), new=float(new), pct=pct, unit="index, 100 at its start",
                reason=f"{pct:+.1f} % within {rule.days} days; the rule asks for {rule.pct:g} %",
                about={"provider": "", "gpu": gpu, "gpu_memory_gb": memory, "pricing_model": pricing_model},
            )  # fmt: skip


def stale(con: Connection, rule: SourceStale) -> Iterator[Event]:
    """A source that was not read for so many days."""
    for provider, source, last_good, days, details, until, newest in market_query.tries(con):
        if last_good is None or not _is_meant(rule, provider, source):
            continue
        due = last_good + timedelta(days=rule.after_days + 1)
        if due <= (until - timedelta(days=1) if until else newest):
            said = f"; the last try said {details[-1]}" if days else ""
            yield _of_source(rule, provider, source, due, f"not read since {last_good}{said}", last_good.isoformat())


def broken(con: Connection, rule: SourceBroken) -> Iterator[Event]:
    """A source that failed so many tries in a row; while it goes on, again at the rule's `repeat`."""
    every = int(rule.repeat[:-1]) if rule.repeat else 0
    for provider, source, _, days, details, _, _ in market_query.tries(con):
        if len(days or ()) < rule.after_runs or not _is_meant(rule, provider, source):
            continue
        told: date | None = None
        for nth, (day, detail) in enumerate(zip(days, details, strict=True), 1):
            if nth >= rule.after_runs and (told is None or (every and (day - told).days >= every)):
                told = day
                reason = f"{nth} tries in a row brought nothing; the last said {detail}"
                yield _of_source(rule, provider, source, day, reason, f"{days[0]}|{day}")


def _is_meant(rule: SourceStale | SourceBroken, provider: str, source: str) -> bool:
    return (not rule.provider or provider in rule.provider) and (not rule.source or source in rule.source)


def _of_source(rule: RuleBase, provider: str, source: str, day: date, reason: str, trigger: str) -> Event:
    kind, subject = rule.kind, f"{provider}/{source}"  # type: ignore[attr-defined]
    about = {"provider": provider, "source": source}
    return Event(
        event_id(rule.id, subject, kind, trigger),
        rule.id,
        kind,
        subject,
        day,
        day,
        None,
        None,
        None,
        reason,
        about=about,
    )


def quarantined(con: Connection, rule: Quarantined) -> Iterator[Event]:
    """Prices that the gate held back, on the day they came."""
    market_query.narrow(con, rule.where.dimensions())
    for f in market_query.quarantined(con):
        old, new = (None if f[k] is None else round(float(f[k]), 6) for k in ("old", "new"))
        about = {k: v for k, v in f.items() if k not in ("event_id", "date", "old", "new", "reason")}
        yield Event(
            event_id(rule.id, f["series_id"], rule.kind, f["event_id"]), rule.id, rule.kind, f["series_id"], f["date"],
            f["date"], old, new, round(100 * (new / old - 1), 2) if old and new is not None else None,
            f"held ({f['class']}): {f['reason']}", about=about,
        )  # fmt: skip


def dead_man(con: Connection, rule: DeadMan, now: datetime) -> Iterator[Event]:
    """No build has succeeded for so many hours. The one rule that looks at the clock."""
    when, _ = market_query.built(con)
    hours = (now - when).total_seconds() / 3600
    if hours >= rule.after_hours:
        due = (when + timedelta(hours=rule.after_hours)).date()
        yield Event(
            event_id(rule.id, "pipeline", rule.kind, when.isoformat()), rule.id, rule.kind, "pipeline", due, due,
            None, None, None, f"the last successful build was {when:%Y-%m-%d %H:%M} UTC, {hours:.0f} hours ago",
            about={"provider": ""},
        )  # fmt: skip
