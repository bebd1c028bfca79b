"""Rules that look beyond one series' price: listings, availability, the cheapest provider, indices."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from pipelines.alerts.config.schema import Availability, CheapestChanged, IndexMove, Offers
from pipelines.alerts.event import Event, event_id
from pipelines.alerts.rules.price_tables import PriceTables, Selection
from pipelines.alerts.rules.query_rows import AvailabilityRow, CheapestRow, IndexRow, ListingRow, PriceKey
from pipelines.queries.percent import change_pct, pct_number, pct_text
from warehouse.alert_queries import market_query
from warehouse.storage.connection import Connection

_INTERNAL = ("n", "piece", "i", "prev_usd", "prev_value")


class _Price(NamedTuple):
    usd: float
    series_id: str
    valid_from: date


class _Turn(NamedTuple):
    """A change of the cheapest provider of a group."""

    group: str
    day: date
    confirmed_on: date
    before: str
    after: str
    old: float
    new: _Price

    @property
    def key(self) -> tuple[str, date]:
        return self.new.series_id, self.new.valid_from


def _about(price: dict[str, Any]) -> dict[str, Any]:
    return {column: value for column, value in price.items() if column not in _INTERNAL}


def _key(row: ListingRow | AvailabilityRow) -> PriceKey:
    return row.n, row.piece, row.i


def offers(tables: PriceTables, selection: Selection, rule: Offers) -> Iterator[Event]:
    """Yield offers that a source began or ceased to list."""
    is_gone = rule.kind == "offer_removed"
    con = tables.narrow(selection, rule.where.dimensions())
    rows = [ListingRow._make(row) for row in market_query.offers(con, is_gone, rule.confirm)]
    prices = market_query.described(con, [_key(row) for row in rows])
    for row in rows:
        price = prices[_key(row)]
        series, usd = price["series_id"], round(price["usd"], 6)
        yield Event(
            event_id(rule.id, series, rule.kind, price["trigger_id"]), rule.id, rule.kind, series, row.day,
            row.confirmed_on, old=usd if is_gone else None, new=None if is_gone else usd, pct=None,
            reason="missing from two observations in a row" if is_gone else "not listed at the previous observation",
            confirmations=2 if is_gone or price["is_page"] else 1, about=_about(price),
        )  # fmt: skip


def availability(tables: PriceTables, selection: Selection, rule: Availability) -> Iterator[Event]:
    """Yield offers that sold out or became available again."""
    con = tables.narrow(selection, rule.where.dimensions())
    rows = [
        AvailabilityRow._make(row)
        for row in market_query.availability(con, rule.kind == "sold_out", rule.min_gap_days, rule.confirm)
    ]
    prices = market_query.described(con, [_key(row) for row in rows])
    for row in rows:
        price = prices[_key(row)]
        series, usd = price["series_id"], round(price["usd"], 6)
        yield Event(
            event_id(rule.id, series, rule.kind, price["trigger_id"]), rule.id, rule.kind, series, row.day,
            row.confirmed_on, old=usd, new=usd, pct=None, reason=f"{row.now}, was {row.before}",
            about=_about(price) | {"availability": row.now},
        )  # fmt: skip


def cheapest(tables: PriceTables, rule: CheapestChanged, as_of: date, since: date | None = None) -> list[Event]:
    """Return changes of the cheapest provider of a group, by the margin and for as long as the rule asks."""
    listed = market_query.cheapest(tables.con, rule.where.dimensions(), rule.group, as_of)
    rows = [CheapestRow._make(row) for row in listed]
    turns = [
        turn
        for group, of_group in groupby(rows, key=lambda row: row.group)
        for turn in _turns(group, _by_day(of_group), rule, as_of)
        if since is None or turn.confirmed_on >= since
    ]
    if not turns:
        return []
    con = tables.load(Selection([{}], series_ids={turn.new.series_id for turn in turns}))
    keys = market_query.keys_of(con, [turn.key for turn in turns])
    prices = market_query.described(con, list(keys.values()))
    return [_cheapest_event(rule, turn, prices[keys[turn.key]]) for turn in turns if turn.key in keys]


def _by_day(rows: Iterator[CheapestRow]) -> list[tuple[date, dict[str, _Price]]]:
    return [
        (day, {row.provider: _Price(row.usd, row.series_id, row.valid_from) for row in of_day})
        for day, of_day in groupby(rows, key=lambda row: row.day)
    ]


def _cheapest_event(rule: CheapestChanged, turn: _Turn, price: dict[str, Any]) -> Event:
    trigger = f"{price['trigger_id']}|{turn.after}|{turn.day}"
    old, new = round(turn.old, 6), round(turn.new.usd, 6)
    return Event(
        event_id(rule.id, turn.group, rule.kind, trigger), rule.id, rule.kind, turn.group, turn.day, turn.confirmed_on,
        old=old, new=new, pct=pct_number(change_pct(old, new)),
        reason=f"{turn.after} is cheapest, was {turn.before} ({turn.group})",
        about=_about(price) | {"group": turn.group},
    )  # fmt: skip


def _turns(
    group: str, days: list[tuple[date, dict[str, _Price]]], rule: CheapestChanged, as_of: date
) -> Iterator[_Turn]:
    holder: str | None = None
    usd = 0.0
    rival: tuple[str, date] | None = None
    for nth, (day, prices) in enumerate(days):
        leader = min(prices, key=lambda provider: (prices[provider].usd, provider))
        if holder is None:
            holder, usd = leader, prices[leader].usd
            continue
        usd = prices[holder].usd if holder in prices else usd
        wins = leader != holder and (holder not in prices or prices[leader].usd < usd * (1 - rule.margin_pct / 100))
        if not wins:
            rival = None
            continue
        rival = rival if rival and rival[0] == leader else (leader, day)
        sure = rival[1] + timedelta(days=rule.held_days - 1)
        next_on = days[nth + 1][0] if nth + 1 < len(days) else as_of + timedelta(days=1)
        if sure < next_on and sure <= as_of:
            yield _Turn(group, rival[1], max(sure, day), holder, leader, usd, prices[leader])
            holder, usd, rival = leader, prices[leader].usd, None


def index_moves(con: Connection, rule: IndexMove) -> Iterator[Event]:
    """Yield moves of an index; in the same direction again only after the rule's days."""
    rows = [IndexRow._make(row) for row in market_query.indices(con, rule.days, rule.pct)]
    for index, of_index in groupby(rows, key=lambda row: row.index_id):
        if rule.index and index not in rule.index:
            continue
        notified: tuple[date, bool] | None = None
        for row in of_index:
            is_up = row.new > row.old
            if notified and notified[1] == is_up and (row.day - notified[0]).days < rule.days:
                continue
            notified = row.day, is_up
            change = change_pct(row.old, row.new)
            yield Event(
                event_id(rule.id, index, rule.kind, row.day.isoformat()), rule.id, rule.kind, index, row.day,
                row.day + timedelta(days=1), old=float(row.old), new=float(row.new), pct=pct_number(change),
                unit="index, 100 at its start",
                reason=f"{pct_text(change)} within {rule.days} days; the rule asks for {rule.pct:g}%",
                about={"provider": "", "gpu": row.gpu, "gpu_memory_gb": row.gpu_memory_gb,
                       "pricing_model": row.pricing_model},
            )  # fmt: skip
