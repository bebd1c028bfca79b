"""Rules on the prices of single series: which question each kind asks, and what its state makes of the answer."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from pipelines.alerts.config.schema import (
    Below,
    BelowMedian,
    Drawdown,
    LineRule,
    Move,
    NewLow,
    PriceRule,
    TokenCostBelow,
)
from pipelines.alerts.event import Event, event_id
from pipelines.alerts.rules.trigger_state import Candidate, Fired, fold, fold_both_ways
from warehouse.alert_queries import market_query
from warehouse.storage.connection import Connection

Key = tuple[int, int, int]
_WORDS = {
    "last_notified": "what was told or stood last", "previous": "the price before", "first": "the first price",
    "max_30d": "the highest of 30 days", "median_30d": "the median of 30 days",
}  # fmt: skip


def events(con: Connection, rule: PriceRule, since: date | None = None) -> list[Event]:
    """All that a rule ever told, or can tell on or after a UTC day. `asking.watch` comes first."""
    market_query.narrow(con, rule.where.dimensions())
    since = since or market_query.EVER
    fired = {key: hit for key, hit in _fired(con, rule, since) if hit.told_on >= since}
    found = market_query.described(con, list(fired))
    told = (_event(rule, hit, found[key]) for key, hit in fired.items())
    wanted = [e for e in told if e and _is_wanted(rule, e)]
    return sorted(wanted, key=lambda e: (e.told_on, e.date, e.event_id))


def _fired(con: Connection, rule: PriceRule, since: date) -> Iterator[tuple[Key, Fired]]:
    if isinstance(rule, Move):
        yield from _moves(con, rule, since)
    elif isinstance(rule, LineRule):
        yield from _lines(con, rule, since)


def _moves(con: Connection, rule: Move, since: date) -> Iterator[tuple[Key, Fired]]:
    sign = -1 if rule.kind == "rise_pct" else 1
    down, up = _down(rule.pct), market_query.log_of(rule.pct)
    distance = up if sign < 0 else down
    hysteresis = market_query.log_of(rule.hysteresis_pct)
    if rule.kind == "change_pct" and rule.reference == "last_notified":
        for key, rows in _pieces(market_query.moved(con, rule.confirm, since)):
            yield from _keyed(key, fold_both_ways((_candidate(row) for row in rows), down, up))
    elif rule.reference == "last_notified":
        for key, rows in _pieces(market_query.notified(con, sign, distance, rule.confirm, since)):
            candidates = (_candidate(row, peak=row[6], rest=row[7], before=row[8]) for row in rows)
            yield from _keyed(key, fold(candidates, distance, hysteresis, distance), sign)
    else:
        reference = {"previous": "previous", "first": "first", "max_30d": "max", "median_30d": "median"}[rule.reference]
        for way in (1, -1) if rule.kind == "change_pct" else (sign,):
            far = up if way < 0 else down
            rows = market_query.crossings(con, reference, way, far, hysteresis, rule.confirm, since=since)
            yield from _crossed(rows, far, way, always=rule.reference == "previous")


def _lines(con: Connection, rule: LineRule, since: date) -> Iterator[tuple[Key, Fired]]:
    hysteresis, further = market_query.log_of(rule.hysteresis_pct), _down(rule.further_pct)
    if isinstance(rule, Below):
        sign = 1 if rule.kind == "below" else -1
        line = sign * math.log(rule.price)
        rows = market_query.crossings(con, "threshold", sign, 0, hysteresis, rule.confirm, line=line, since=since)
        yield from _crossed(rows, further if sign > 0 else market_query.log_of(rule.further_pct), sign)
    elif isinstance(rule, TokenCostBelow):
        market_query.draw_lines(con, rule.model, rule.workload, rule.method, rule.precision, rule.usd_per_m_tokens)
        yield from _crossed(market_query.crossings(con, "own", 1, 0, hysteresis, rule.confirm, since=since), further)
    elif isinstance(rule, NewLow):
        reference = "min_ever" if rule.days is None else "min"
        least = 0.0 if rule.ties == "notify" else 1e-6  # strictly lower, beyond what rounding may do
        rows = market_query.crossings(
            con,
            reference,
            1,
            least,
            hysteresis,
            rule.confirm,
            days=rule.days or 0,
            history=rule.min_history_days,
            since=since,
        )
        yield from _crossed(rows, further)
    elif isinstance(rule, BelowMedian):
        rows = market_query.crossings(
            con, "median", 1, _down(rule.pct), hysteresis, rule.confirm, history=rule.min_history_days, since=since
        )
        yield from _crossed(rows, further)
    elif isinstance(rule, Drawdown):
        rows = market_query.crossings(
            con, "max", 1, _down(rule.pct), hysteresis, rule.confirm, days=rule.days, since=since
        )
        yield from _crossed(rows, further, lasts=timedelta(days=rule.days))


def _down(percent: float) -> float:
    """How far a fall by so many percent is on the logarithmic scale."""
    return -math.log1p(-percent / 100)


def _pieces(rows: list[market_query.Row]) -> Iterator[tuple[tuple[int, int], Iterable[market_query.Row]]]:
    return groupby(rows, key=lambda row: (row[0], row[1]))


def _crossed(
    rows: list[market_query.Row], further: float, sign: int = 1, always: bool = False, lasts: timedelta | None = None
) -> Iterator[tuple[Key, Fired]]:
    for key, found in _pieces(rows):
        candidates = (_candidate(row, ref=row[6], is_back=always or row[7]) for row in found)
        yield from _keyed(key, fold(candidates, 0, 0, further, lasts), sign)


def _candidate(row: market_query.Row, **more: Any) -> Candidate:
    _, _, i, y, told_on, once_on, *_ = row
    return Candidate(i, y, told_on, once_on, **more)


def _keyed(key: tuple[int, int], fired: Iterable[Fired], sign: int = 1) -> Iterator[tuple[Key, Fired]]:
    for hit in fired:
        yield (*key, hit.i), hit if sign == 1 else hit._replace(ref=sign * hit.ref)


def _event(rule: PriceRule, hit: Fired, found: dict[str, Any]) -> Event | None:
    """The event of a price that fired; None where its quality or currency is none that the rule asks for."""
    if rule.where.quality and found["quality"] not in rule.where.quality:
        return None
    if isinstance(rule, Below) and found["currency"] != rule.currency:
        return None
    rate = found["usd"] / found["value"]
    # A threshold is no price that anything had: shown is what the price was before.
    ref = found["prev_value"] if isinstance(rule, (Below, TokenCostBelow)) else math.exp(hit.ref)
    pct = None if ref is None else 100 * (found["value"] / ref - 1)
    kind = "unstable" if hit.is_unstable else rule.kind  # type: ignore[attr-defined]
    looks = 2 if found["is_page"] else 1
    return Event(
        event_id=event_id(rule.id, found["series_id"], kind, found["trigger_id"]),
        rule=rule.id,
        kind=kind,
        subject=found["series_id"],
        date=min(found["seen_on"], found["day"]),
        told_on=hit.told_on,
        old=None if ref is None else round(ref * rate, 6),
        new=round(found["usd"], 6),
        pct=None if pct is None else round(pct, 2),
        reason=_reason(rule, hit, pct, found["value"]),
        confirmations=looks if rule.confirm == "auto" else int(rule.confirm),
        held=found["quality"] == "released",
        about={k: v for k, v in found.items() if k not in ("n", "piece", "i")},
    )


def _is_wanted(rule: PriceRule, event: Event) -> bool:
    least = rule.min_abs if isinstance(rule, Move) else 0
    if not least or event.old is None or event.new is None:
        return True
    native = abs(event.new - event.old) * event.about["value"] / event.about["usd"]
    return bool(native >= least - 1e-9)


def _reason(rule: PriceRule, hit: Fired, pct: float | None, value: float) -> str:
    if hit.is_unstable:
        return "went to and fro: fired three times within a week; silent until it has been quiet for one"
    moved = "" if pct is None else f"{pct:+.1f} %"
    if isinstance(rule, Move):
        return f"{moved} against {_WORDS[rule.reference]}; the rule asks for {rule.pct:g} %"
    if isinstance(rule, Below):
        return f"{'at or below' if rule.kind == 'below' else 'at or above'} {rule.price:g} {rule.currency}"
    if isinstance(rule, TokenCostBelow):
        cost = rule.usd_per_m_tokens * value / math.exp(hit.ref)
        asked = f"the rule asks for {rule.usd_per_m_tokens:g}"
        return f"{cost:.4g} USD per million tokens of {rule.model} ({rule.workload}); {asked}"
    if isinstance(rule, NewLow):
        return f"{'lower than' if rule.ties == 'ignore' else 'as low as'} ever in {rule.window.replace('_', ' ')}"
    if isinstance(rule, BelowMedian):
        return f"{moved} against the median of 30 days; the rule asks for {rule.pct:g} %"
    if isinstance(rule, Drawdown):
        return f"{moved} against the highest of {rule.days} days; the rule asks for {rule.pct:g} %"
    return moved
