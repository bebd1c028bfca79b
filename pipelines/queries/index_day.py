"""Recomputes one day of an index from receipts, and compares it with what is published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import exp, log
from statistics import fmean, median, quantiles
from typing import Any

from pipelines.errors import UsageError
from pipelines.queries.archived_page import find_archived_page
from pipelines.queries.index_receipts import BASKET_DAYS, Quote, Receipts, votes
from warehouse.storage.connection import Connection, records
from warehouse.storage.state_dir import Home

METHOD = "gpu-index-2"
_ENTERS_OVER, _PAUSE = 30, 180  # days with a level; days without one
_PUBLISHED = (
    "status", "n_providers", "n_offers", "n_basket", "n_matched", "basket_median", "level_median", "p25", "p75",
    "chained_base100", "chain_start",
)  # fmt: skip
# What rounding may make of a published number: the day before is known to four or six places only.
_TOLERANCE = {"chained_base100": 3e-4}


@dataclass(frozen=True, slots=True)
class Comparison:
    """One figure of the day, as published and as recomputed."""

    figure: str
    published: Any
    recomputed: Any
    is_equal: bool


@dataclass(frozen=True, slots=True)
class _Move:
    """How one provider's prices moved between two days, and the lowest of those compared on each."""

    log_ratio: float
    before: float
    now: float


def compare(con: Connection, home: Home, index_id: str, day: date) -> list[Comparison]:
    """Return every figure of a day beside its recomputation; values of earlier days are taken as published.

    Raises UsageError for an unknown index, a day that it does not have, or another version of the method.
    """
    published = _published(con, index_id, day)
    days = _days_before(con, index_id, day, published["chain_start"])
    earliest = min([day - timedelta(days=BASKET_DAYS), *(d for d, _ in days)])
    receipts = Receipts(con, index_id, earliest, day)
    recomputed = _recompute(receipts, day, days, _last(con, index_id, day))
    quotes = votes(receipts.in_force(day))
    return [
        *(Comparison(name, published[name], recomputed[name], _same(name, published[name], recomputed[name]))
          for name in _PUBLISHED),
        _constituents(con, index_id, day, quotes),
        _pages(home, quotes),
    ]  # fmt: skip


def _published(con: Connection, index_id: str, day: date) -> dict[str, Any]:
    rows = records(con.execute("from v1.index_daily where index_id = ? and day = ?", [index_id, day]))
    if not rows:
        spans = con.execute("select min(day), max(day) from v1.index_daily where index_id = ?", [index_id]).fetchall()
        if spans[0][0] is None:
            known = con.execute("select distinct index_id from v1.index_daily order by 1").fetchall()
            raise UsageError(
                f"there is no index {index_id!r}; there are {', '.join(name for (name,) in known[:12])} ..."
            )
        raise UsageError(f"{index_id} has days from {spans[0][0]} to {spans[0][1]}, not {day}")
    if rows[0]["methodology_version"] != METHOD:
        raise UsageError(f"{index_id} was made by {rows[0]['methodology_version']}, this is {METHOD}: refresh first")
    return rows[0]


def _last(con: Connection, index_id: str, day: date) -> tuple[date, Decimal, date] | None:
    """Return the last day with a level before this one, the chain's value on it, and where that chain starts."""
    rows: list[tuple[date, Decimal, date]] = con.execute(
        "select day, chained_base100, chain_start from v1.index_daily "
        "where index_id = ? and day < ? and status = 'ok' order by day desc limit 1",
        [index_id, day],
    ).fetchall()
    return rows[0] if rows else None


def _days_before(con: Connection, index_id: str, day: date, chain_start: date | None) -> list[tuple[date, bool]]:
    """Return earlier days with a level, newest first, whose changes of the basket may still be entering on this day.

    Each with whether the level begins on it: there is no change of the basket on that day. At least the last day.
    """
    rows = con.execute(
        "select day, chain_start from v1.index_daily where index_id = ? and day < ? and status = 'ok' "
        "order by day desc limit ?",
        [index_id, day, _ENTERS_OVER + 1],
    ).fetchall()
    found: list[tuple[date, bool]] = []
    for number, (before, start) in enumerate(rows):
        earlier = rows[number + 1][0] if number + 1 < len(rows) else None
        begins = before == start or (earlier is not None and (before - earlier).days > _PAUSE)
        found.append((before, begins))
        if begins or (chain_start is not None and start != chain_start):
            break
    return found


def _recompute(
    receipts: Receipts, day: date, days: Sequence[tuple[date, bool]], last: tuple[date, Decimal, date] | None
) -> dict[str, Any]:
    quotes = receipts.in_force(day)
    chosen = votes(quotes)
    basket = receipts.basket(day)
    n_offers = sum(q.receipt["rank"] == chosen[q.provider].receipt["rank"] for q in quotes)
    figures: dict[str, Any] = dict.fromkeys(_PUBLISHED) | {
        "n_providers": len(chosen), "n_offers": n_offers, "n_basket": len(basket), "n_matched": 0,
    }  # fmt: skip
    if len(chosen) < 3:
        return figures | {"status": "insufficient"}
    if 10 * len(chosen) < 6 * len(basket):
        return figures | {"status": "thin"}
    moves = _moves(receipts, last[0], day) if last else {}
    prices = [float(q.usd) for q in chosen.values()]
    adjustment = exp(-_held(receipts, day, days, bool(moves)))
    p25, middle, p75 = quantiles(prices, n=4, method="inclusive")
    chained, start = 100.0, day
    if last and moves:
        chained, start = float(last[1]) * exp(fmean(m.log_ratio for m in moves.values())), last[2]
    return figures | {
        "status": "ok", "n_matched": len(moves), "basket_median": middle, "level_median": middle * adjustment,
        "p25": p25 * adjustment, "p75": p75 * adjustment, "chained_base100": chained, "chain_start": start,
    }  # fmt: skip


def _held(receipts: Receipts, day: date, days: Sequence[tuple[date, bool]], is_linked: bool) -> float:
    """Return the part of recent changes of the basket that has not entered the level yet, as a logarithm."""
    if not is_linked or not days or (day - days[0][0]).days > _PAUSE:
        return 0.0
    held, now = 0.0, day
    for age, (before, begins) in enumerate(days[:_ENTERS_OVER]):
        held += _step(receipts, before, now) * (_ENTERS_OVER - 1 - age) / _ENTERS_OVER
        now = before
        if begins:
            break
    return held


def _step(receipts: Receipts, before: date, now: date) -> float:
    """Return what the basket's change alone adds to the logarithm of the median from one day to another."""
    medians = [median(float(q.usd) for q in votes(receipts.in_force(d)).values()) for d in (before, now)]
    moves = _moves(receipts, before, now).values()
    same = log(median(m.now for m in moves)) - log(median(m.before for m in moves))
    return log(medians[1]) - log(medians[0]) - same


def _moves(receipts: Receipts, before: date, now: date) -> dict[str, _Move]:
    """Return each provider's move over its series in force on both days; else over its lowest prices."""
    then = {q.receipt["series_id"]: q for q in receipts.in_force(before)}
    pairs: dict[str, dict[int, list[tuple[Quote, Quote]]]] = defaultdict(lambda: defaultdict(list))
    for quote in receipts.in_force(now):
        if quote.receipt["series_id"] in then:
            pairs[quote.provider][quote.receipt["rank"]].append((then[quote.receipt["series_id"]], quote))
    if pairs:
        return {provider: _move(ranked[min(ranked)]) for provider, ranked in pairs.items()}
    old, new = votes(receipts.in_force(before)), votes(receipts.in_force(now))
    return {
        p: _Move(log(float(new[p].usd) / float(old[p].usd)), float(old[p].usd), float(new[p].usd))
        for p in old.keys() & new.keys()
    }


def _move(pairs: Sequence[tuple[Quote, Quote]]) -> _Move:
    ratios = []
    for old, new in pairs:
        is_alike = all(old.receipt[k] == new.receipt[k] for k in ("currency", "price_unit"))
        one, two = (old.receipt["price"], new.receipt["price"]) if is_alike else (old.usd, new.usd)
        ratios.append(log(float(two) / float(one)))
    return _Move(fmean(ratios), float(min(o.usd for o, _ in pairs)), float(min(n.usd for _, n in pairs)))


def _same(name: str, published: Any, recomputed: Any) -> bool:
    if isinstance(recomputed, float) and published is not None:
        return abs(float(published) - recomputed) <= _TOLERANCE.get(name, 2e-6) * max(1.0, abs(recomputed) / 100)
    return bool(published == recomputed)


def _constituents(con: Connection, index_id: str, day: date, quotes: dict[str, Quote]) -> Comparison:
    """Compare who counts, by which series and at which price."""
    rows = con.execute(
        "select provider, series_id, usd_per_gpu_hour from v1.index_constituents where index_id = ? and day = ?",
        [index_id, day],
    ).fetchall()
    published = {f"{provider} {series_id[:8]} {usd}" for provider, series_id, usd in rows}
    recomputed = {f"{p} {q.receipt['series_id'][:8]} {q.usd}" for p, q in quotes.items()}
    return Comparison("constituents", sorted(published), sorted(recomputed), published == recomputed)


def _pages(home: Home, quotes: dict[str, Quote]) -> Comparison:
    """Check the archived pages of the constituents against the hashes of their receipts; imports have no page."""
    states = []
    for quote in quotes.values():
        r = quote.receipt
        if r["origin"] not in ("imported", "seed"):
            day = r["observed_at"].date()
            page = find_archived_page(home, r["provider"], r["sha256"] or "", r["source_url"] or "", day)
            states.append(page.state)
    damaged = states.count("damaged")
    return Comparison("damaged pages", 0, damaged, not damaged)
