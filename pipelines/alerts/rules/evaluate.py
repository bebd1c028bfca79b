"""Derives all events of the rules from the published database: the same rows give the same events."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from pipelines.alerts.config.schema import (
    ApiPrice,
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
    SourceRedesigned,
    SourceStale,
)
from pipelines.alerts.event import Event
from pipelines.alerts.rules import api_rules, market_rules, series_rules, source_rules
from pipelines.alerts.rules.price_tables import PriceTables, Selection
from warehouse.alert_queries import market_query
from warehouse.storage.connection import Connection

SAME_WITHIN = timedelta(days=180)  # how much later another source may report the same change
_SAME_PRICE = 0.005
_MOVES = ("drop_pct", "rise_pct", "change_pct")


def evaluate(
    con: Connection,
    rules: Sequence[RuleBase],
    now: datetime,
    decided: Sequence[tuple[str, date]] = (),
    since: date | None = None,
    refreshed_at: datetime | None = None,
) -> list[Event]:
    """Return every event of the rules, from the start of history to the day that "now" means in the database.

    In order of the day on which they can be notified. con: a published database. decided: (quality event, UTC day) that
    a person released. now: UTC, for rules on the pipeline itself. since: only events that can be notified on or after
    that UTC day; the same ones as without it, at the cost of what moved. refreshed_at: when a refresh last published;
    where nobody knows, the last build stands for it.
    """
    evaluation = _Evaluation(con, now, decided, refreshed_at)
    events = evaluation.events(rules, since, since=since)
    if since:
        # Whether a change was notified before depends on all sources of its provider.
        movers = {e.about["provider"] for of in events.values() for e in of if _may_repeat(e)}
        ambiguous = movers & market_query.providers_of_several_sources(con) if movers else movers
        if ambiguous:
            moves = [rule for rule in rules if isinstance(rule, Move)]
            # A year: a repeat was notified within half of one, and is itself a repeat of nothing older.
            earlier = evaluation.events(moves, since - 2 * SAME_WITHIN, providers=ambiguous)
            for rule_id, complete in earlier.items():
                events[rule_id] = [e for e in events[rule_id] if e.about["provider"] not in ambiguous] + complete
    marked = [e for of in events.values() for e in mark_same(of) if since is None or e.told_on >= since]
    marked = _told_once(marked, {rule.id for rule in rules if isinstance(rule, Move) and rule.of_list})
    return sorted(marked, key=lambda e: (e.told_on, e.date, e.rule, e.event_id))


def _told_once(events: Sequence[Event], list_rules: set[str]) -> list[Event]:
    """Leave out what a rule on whole lists says of a price whose fall another rule tells."""
    told = {(e.subject, e.date) for e in events if e.kind in _MOVES and e.rule not in list_rules}
    return [e for e in events if e.rule not in list_rules or (e.subject, e.date) not in told]


class _Evaluation:
    """One evaluation of rules on a published database; its tables hold the series that the rules name."""

    def __init__(
        self, con: Connection, now: datetime, decided: Sequence[tuple[str, date]], refreshed_at: datetime | None
    ) -> None:
        self._con, self._now = con, now
        built_at, self._as_of = market_query.built(con)
        self._refreshed_at = refreshed_at or built_at
        self._tables = PriceTables(con, decided)

    def events(
        self,
        rules: Sequence[RuleBase],
        after: date | None,
        *,
        since: date | None = None,
        providers: set[str] | None = None,
    ) -> dict[str, list[Event]]:
        """Return the events of each rule by its id; `since` and `providers` restrict the series that are read."""
        scopes = [rule.where.dimensions() for rule in rules if isinstance(rule, (PriceRule, Quarantined))]
        selection = Selection(scopes, since, providers)
        # CheapestChanged loads a selection of its own: last, so that the others share one.
        ordered = sorted(rules, key=lambda rule: isinstance(rule, CheapestChanged))
        return {
            rule.id: [
                event
                for event in self._of(rule, selection, after)
                if event.told_on <= self._as_of or isinstance(rule, DeadMan)
            ]
            for rule in ordered
        }

    def _of(self, rule: RuleBase, selection: Selection, since: date | None) -> Iterable[Event]:
        match rule:
            case Offers():
                return market_rules.offers(self._tables, selection, rule)
            case Availability():
                return market_rules.availability(self._tables, selection, rule)
            case PriceRule():
                return series_rules.events(self._tables, selection, rule, since)
            case CheapestChanged():
                return market_rules.cheapest(self._tables, rule, self._as_of, since)
            case IndexMove():
                return market_rules.index_moves(self._con, rule)
            case ApiPrice():
                return api_rules.api_prices(self._con, rule)
            case Quarantined():
                return source_rules.quarantined(self._tables, selection, rule)
            case SourceStale():
                return source_rules.stale(self._con, rule)
            case SourceBroken():
                return source_rules.broken(self._con, rule)
            case SourceRedesigned():
                return source_rules.redesigned(self._con, rule)
            case DeadMan():
                return source_rules.dead_man(rule, self._refreshed_at, self._now)
        raise TypeError(f"no evaluation of {type(rule).__name__}")


def _may_repeat(event: Event) -> bool:
    """Return whether another source may report the same change: moves of list prices."""
    return event.kind in _MOVES and event.about["pricing_model"] != "spot" and bool(event.new)


def mark_same(events: Iterable[Event]) -> Iterator[Event]:
    """Mark repeats: the same list price of the same GPU from another source of the provider, still in force there.

    events: of one rule, in any order.
    """
    # The newest event of each source that stated a price; of thousands of regions one stands for all.
    originals: dict[tuple[object, ...], dict[tuple[object, ...], Event]] = defaultdict(dict)
    for event in sorted(events, key=lambda e: (e.told_on, e.date, e.event_id)):
        if not _may_repeat(event):
            yield event
            continue
        about = event.about
        key = tuple(about[k] for k in ("provider", "gpu", "pricing_model", "term_months"))
        step = round(math.log(event.new or 1) / _SAME_PRICE)
        nearby = (e for near in (step - 1, step, step + 1) for e in originals[*key, near].values())
        matches = [e for e in nearby if _is_same(e, event)]
        if matches:
            yield replace(event, same_as=min(matches, key=lambda e: (e.date, e.event_id)).event_id)
        else:
            originals[*key, step][about["source"], about["gpu_memory_gb"]] = event
            yield event


def _is_same(first: Event, later: Event) -> bool:
    memories = {first.about["gpu_memory_gb"], later.about["gpu_memory_gb"]}
    # GPUs with different memory may cost the same; where one source omits it, both old prices have to agree too.
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
