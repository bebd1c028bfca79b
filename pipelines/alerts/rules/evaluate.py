"""All events that rules ever had, worked out anew from what is published: the same rows give the same events."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from pipelines.alerts.config.schema import (
    Availability,
    CheapestChanged,
    DeadMan,
    IndexMove,
    Move,
    Offers,
    PriceRule,
    Quarantined,
    RuleBase,
    SourceBroken,
    SourceStale,
)
from pipelines.alerts.event import Event
from pipelines.alerts.rules import market_rules, series_rules
from warehouse.alert_queries import market_query
from warehouse.storage.connection import Connection

SAME_WITHIN = timedelta(days=180)  # how much later another source may tell the same
_SAME_PRICE = 0.005


def evaluate(
    con: Connection,
    rules: Sequence[RuleBase],
    now: datetime,
    decided: Sequence[tuple[str, date]] = (),
    since: date | None = None,
) -> list[Event]:
    """Every event of the rules, from the beginning of history to the day that "now" means in the database.

    In order of the day on which they can be told. con: a published database. decided: (event of the gate, UTC day)
    that a person released. now: UTC, for rules on the pipeline itself. since: only events that can be told on or after
    that UTC day; the same ones as without it, at the cost of what moved.
    """
    _, as_of = market_query.built(con)

    def found(chosen: Sequence[RuleBase], after: date | None, **only: Any) -> dict[str, list[Event]]:
        scopes = [r.where.dimensions() for r in chosen if isinstance(r, (PriceRule, Quarantined))]
        if scopes:
            market_query.watch(con, scopes, **only)
        return {
            rule.id: [e for e in _of(con, rule, as_of, now, after) if e.told_on <= as_of or isinstance(rule, DeadMan)]
            # Who is cheapest is asked of tables of its own, in place of these.
            for rule in sorted(chosen, key=lambda rule: isinstance(rule, CheapestChanged))
        }

    market_query.open_series(con, decided)
    events = found(rules, since, since=since)
    if since:
        # Whether it was told before is decided by all sources of these providers.
        moved = {e.about["provider"] for of in events.values() for e in of if _may_be_same(e)}
        doubtful = moved & market_query.providers_of_several_sources(con) if moved else moved
        if doubtful:
            again = [rule for rule in rules if isinstance(rule, Move)]
            # A year: what may be the same was told within half of one, and is itself the same as nothing older.
            for rule_id, known in found(again, since - 2 * SAME_WITHIN, providers=doubtful).items():
                events[rule_id] = [e for e in events[rule_id] if e.about["provider"] not in doubtful] + known
    told = [e for of in events.values() for e in mark_same(of) if since is None or e.told_on >= since]
    return sorted(told, key=lambda e: (e.told_on, e.date, e.rule, e.event_id))


def _may_be_same(event: Event) -> bool:
    """Whether another source may tell the same: moves of list prices."""
    is_move = event.kind in ("drop_pct", "rise_pct", "change_pct")
    return is_move and event.about["pricing_model"] != "spot" and bool(event.new)


def _of(con: Connection, rule: RuleBase, as_of: date, now: datetime, since: date | None) -> Iterable[Event]:
    match rule:
        case Offers():
            return market_rules.offers(con, rule)
        case Availability():
            return market_rules.availability(con, rule)
        case PriceRule():
            return series_rules.events(con, rule, since)
        case CheapestChanged():
            return market_rules.cheapest(con, rule, as_of, since)
        case IndexMove():
            return market_rules.index_moves(con, rule)
        case Quarantined():
            return market_rules.quarantined(con, rule)
        case SourceStale():
            return market_rules.stale(con, rule)
        case SourceBroken():
            return market_rules.broken(con, rule)
        case DeadMan():
            return market_rules.dead_man(con, rule, now)
    raise TypeError(f"no evaluation of {type(rule).__name__}")


def mark_same(events: Iterable[Event]) -> Iterator[Event]:
    """Mark what another source of the provider told already: the same list price of the same GPU, still in force there.

    events: of one rule, in any order.
    """
    # Of each source the newest that said a price; of thousands of regions one speaks for all.
    told: dict[tuple[object, ...], dict[tuple[object, ...], Event]] = defaultdict(dict)
    for event in sorted(events, key=lambda e: (e.told_on, e.date, e.event_id)):
        about = event.about
        if (
            event.kind not in ("drop_pct", "rise_pct", "change_pct")
            or about["pricing_model"] == "spot"
            or not event.new
        ):
            yield event
            continue
        key = tuple(about[k] for k in ("provider", "gpu", "pricing_model", "term_months"))
        step = round(math.log(event.new) / _SAME_PRICE)
        known = [e for near in (step - 1, step, step + 1) for e in told[*key, near].values() if _is_same(e, event)]
        if known:
            yield replace(event, same_as=min(known, key=lambda e: (e.date, e.event_id)).event_id)
        else:
            told[*key, step][about["source"], about["gpu_memory_gb"]] = event
            yield event


def _is_same(first: Event, later: Event) -> bool:
    memories = {first.about["gpu_memory_gb"], later.about["gpu_memory_gb"]}
    # Cards of other memory may cost the same; where one source does not say, both prices have to agree.
    is_one_card = len(memories) == 1 and None not in memories
    is_one_move = first.old is not None and later.old is not None and abs(later.old / first.old - 1) <= _SAME_PRICE
    ended = first.about["next_day"]
    return (
        first.about["source"] != later.about["source"]
        and (first.new or 0) > 0
        and abs((later.new or 0) / (first.new or 1) - 1) <= _SAME_PRICE
        and (is_one_card or (is_one_move and (len(memories) == 1 or None in memories)))
        and later.date - first.date <= SAME_WITHIN
        and (ended is None or ended > later.date)
    )
