"""Rules on the prices of single series: the query that each kind needs, and the state machine over its rows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any, TypeVar

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
from pipelines.alerts.rules.price_tables import PriceTables, Selection
from pipelines.alerts.rules.query_rows import CrossingRow, NotifiedRow, PriceKey, PriceRow
from pipelines.alerts.rules.trigger_state import Candidate, Firing, fold, fold_both_ways
from pipelines.queries.percent import change_pct, pct_number, pct_text
from warehouse.alert_queries import market_query
from warehouse.storage.connection import Connection

_Row = TypeVar("_Row", PriceRow, NotifiedRow, CrossingRow)
_REFERENCES = {
    "last_notified": "the last notified price", "previous": "the previous price", "first": "the first price",
    "max_30d": "the 30-day high", "median_30d": "the 30-day median",
}  # fmt: skip


def events(tables: PriceTables, selection: Selection, rule: PriceRule, since: date | None = None) -> list[Event]:
    """Return all events of a rule, or those that can be notified on or after a UTC day."""
    con = tables.narrow(selection, rule.where.dimensions())
    since = since or market_query.EVER
    firings = {key: firing for key, firing in _firings(con, rule, since) if firing.day >= since}
    prices = market_query.described(con, list(firings))
    candidates = (_event(rule, firing, prices[key]) for key, firing in firings.items())
    matches = [event for event in candidates if event and _is_large_enough(rule, event)]
    if isinstance(rule, Move) and rule.kind == "drop_pct" and matches:
        cuts = market_query.list_cuts(con, rule.pct)
        matches = [_with_list(event, cuts) for event in matches]
        matches = [event for event in matches if "list_cut" in event.about or not rule.of_list]
    return sorted(matches, key=lambda e: (e.told_on, e.date, e.event_id))


def _firings(con: Connection, rule: PriceRule, since: date) -> Iterator[tuple[PriceKey, Firing]]:
    if isinstance(rule, Move):
        yield from _moves(con, rule, since)
    elif isinstance(rule, LineRule):
        yield from _lines(con, rule, since)


def _moves(con: Connection, rule: Move, since: date) -> Iterator[tuple[PriceKey, Firing]]:
    sign = -1 if rule.kind == "rise_pct" else 1
    down, up = _down(rule.pct), market_query.log_of(rule.pct)
    distance = up if sign < 0 else down
    hysteresis = market_query.log_of(rule.hysteresis_pct)
    if rule.kind == "change_pct" and rule.reference == "last_notified":
        prices = map(PriceRow._make, market_query.moved(con, rule.confirm, since))
        for key, piece in _pieces(prices):
            yield from _keyed(key, fold_both_ways(map(_candidate, piece), down, up))
    elif rule.reference == "last_notified":
        drops = map(NotifiedRow._make, market_query.notified(con, sign, distance, rule.confirm, since))
        for key, of_piece in _pieces(drops):
            candidates = (
                _candidate(row, peak=row.peak, settled=row.settled, previous=row.previous) for row in of_piece
            )
            yield from _keyed(key, fold(candidates, distance, hysteresis, distance), sign)
    else:
        reference = {"previous": "previous", "first": "first", "max_30d": "max", "median_30d": "median"}[rule.reference]
        for way in (1, -1) if rule.kind == "change_pct" else (sign,):
            far = up if way < 0 else down
            rows = market_query.crossings(con, reference, way, far, hysteresis, rule.confirm, since=since)
            yield from _crossed(rows, far, way, always=rule.reference == "previous")


def _lines(con: Connection, rule: LineRule, since: date) -> Iterator[tuple[PriceKey, Firing]]:
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
            con, reference, 1, least, hysteresis, rule.confirm,
            days=rule.days or 0, history=rule.min_history_days, since=since,
        )  # fmt: skip
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
    """Return how far a fall by so many percent is on the logarithmic scale."""
    return -math.log1p(-percent / 100)


def _pieces(rows: Iterable[_Row]) -> Iterator[tuple[tuple[int, int], Iterable[_Row]]]:
    return groupby(rows, key=lambda row: (row.n, row.piece))


def _crossed(
    rows: list[market_query.Row], further: float, sign: int = 1, always: bool = False, lasts: timedelta | None = None
) -> Iterator[tuple[PriceKey, Firing]]:
    for key, of_piece in _pieces(map(CrossingRow._make, rows)):
        candidates = (
            _candidate(row, reference=row.reference, has_recovered=always or row.has_recovered) for row in of_piece
        )
        yield from _keyed(key, fold(candidates, 0, 0, further, lasts), sign)


def _candidate(row: PriceRow | NotifiedRow | CrossingRow, **more: Any) -> Candidate:
    return Candidate(row.i, row.y, row.confirmed_on, row.confirmed_once_on, **more)


def _keyed(key: tuple[int, int], firings: Iterable[Firing], sign: int = 1) -> Iterator[tuple[PriceKey, Firing]]:
    for firing in firings:
        yield (*key, firing.i), firing if sign == 1 else firing._replace(reference=sign * firing.reference)


def _event(rule: PriceRule, firing: Firing, price: dict[str, Any]) -> Event | None:
    """Return the event of a price that fired; None where the rule excludes its quality or currency."""
    if rule.where.quality and price["quality"] not in rule.where.quality:
        return None
    if isinstance(rule, Below) and price["currency"] != rule.currency:
        return None
    rate = price["usd"] / price["value"]
    # A threshold is not a price that ever was: show the previous price.
    reference = price["prev_value"] if isinstance(rule, (Below, TokenCostBelow)) else math.exp(firing.reference)
    old, new = None if reference is None else round(reference * rate, 6), round(price["usd"], 6)
    change = change_pct(old, new)
    kind = "unstable" if firing.is_unstable else rule.kind  # type: ignore[attr-defined]
    observations = 2 if price["is_page"] else 1
    return Event(
        event_id=event_id(rule.id, price["series_id"], kind, price["trigger_id"]),
        rule=rule.id,
        kind=kind,
        subject=price["series_id"],
        date=min(price["seen_on"], price["day"]),
        told_on=firing.day,
        old=old,
        new=new,
        pct=pct_number(change),
        reason=_reason(rule, firing, change, price["value"]),
        confirmations=observations if rule.confirm == "auto" else int(rule.confirm),
        held=price["quality"] == "released",
        about={k: v for k, v in price.items() if k not in ("n", "piece", "i")},
    )


def _with_list(event: Event, cuts: Mapping[tuple[str, str, str, str, date], tuple[int, int]]) -> Event:
    """Return the event, with how much of the list fell where its source cut most of it that day."""
    about = event.about
    cut = cuts.get((about["provider"], about["source"], about["pricing_model"], about["price_scope"], about["day"]))
    if cut is None:
        return event
    n_fell, n_listed = cut
    words = f"{'all' if n_fell == n_listed else f'{n_fell} of'} {n_listed} of its prices fell"
    return replace(event, reason=f"{event.reason}; {words}", about=about | {"list_cut": words})


def _is_large_enough(rule: PriceRule, event: Event) -> bool:
    least = rule.min_abs if isinstance(rule, Move) else 0
    if not least or event.old is None or event.new is None:
        return True
    native = abs(event.new - event.old) * event.about["value"] / event.about["usd"]
    return bool(native >= least - 1e-9)


def _reason(rule: PriceRule, firing: Firing, pct: Decimal | None, value: float) -> str:
    if firing.is_unstable:
        return "unstable: fired three times within a week; muted until a week passes without a change"
    change = pct_text(pct)
    if isinstance(rule, Move):
        return f"{change} against {_REFERENCES[rule.reference]}; the rule asks for {rule.pct:g}%"
    if isinstance(rule, Below):
        return f"{'at or below' if rule.kind == 'below' else 'at or above'} {rule.price:g} {rule.currency}"
    if isinstance(rule, TokenCostBelow):
        cost = rule.usd_per_m_tokens * value / math.exp(firing.reference)
        limit = f"the rule asks for {rule.usd_per_m_tokens:g}"
        return f"{cost:.4g} USD per million tokens of {rule.model} ({rule.workload}); {limit}"
    if isinstance(rule, NewLow):
        low = "all-time" if rule.days is None else f"{rule.days}-day"
        return f"{'below' if rule.ties == 'ignore' else 'at or below'} the {low} low"
    if isinstance(rule, BelowMedian):
        return f"{change} against the 30-day median; the rule asks for {rule.pct:g}%"
    if isinstance(rule, Drawdown):
        return f"{change} against the {rule.days}-day high; the rule asks for {rule.pct:g}%"
    return change
