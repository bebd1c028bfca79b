"""The state of a rule on a series, by itself: what fires, what does not, and that it is a function of the prices alone."""

from __future__ import annotations

import math
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipelines.alerts.rules.trigger_state import FLIPS, LOCKOUT, Candidate, Firing, Lockout, fold, fold_both_ways

DAY = date(2026, 3, 2)
TWO = -math.log1p(-0.02)
HYSTERESIS = math.log1p(0.02)


def on(n: int) -> date:
    return DAY + timedelta(days=n)


def candidate(i: int, price: float, n: int | None = None, peak: float | None = None, **more: float | None) -> Candidate:
    """A believed price on the i-th day (or n-th); peak: the highest before it since the last candidate."""
    when = on(i if n is None else n)
    high = None if peak is None else math.log(peak)
    settled = more.get("settled", peak)
    return Candidate(i, math.log(price), when, when, None, high, None if settled is None else math.log(settled))


def fired(*candidates: Candidate) -> list[tuple[int, float]]:
    return [(firing.i, round(math.exp(firing.reference), 6)) for firing in fold(candidates, TWO, HYSTERESIS, TWO)]


def test_first_drop_is_measured_from_the_highest_price() -> None:
    assert fired(candidate(2, 1.96, peak=2.0)) == [(2, 2.0)]
    assert fired(candidate(2, 1.97, peak=2.0)) == []


def test_slide_fires_at_each_two_percent() -> None:
    prices = [2.0 * 0.99**n for n in range(1, 20)]
    output = fired(*(candidate(n, p, peak=2.0 if n == 1 else None) for n, p in enumerate(prices, 1)))
    assert [i for i, _ in output] == list(range(3, 20, 3))  # one percent, and again, is not yet two
    assert all(math.isclose(ref, prices[i - 4], rel_tol=1e-6) for i, ref in output[1:] if (i - 4) >= 0)


def test_firing_rule_waits_for_a_further_move() -> None:
    assert fired(candidate(1, 1.9, peak=2.0), candidate(2, 1.88), candidate(3, 1.86)) == [(1, 2.0), (3, 1.9)]


def test_recovery_beyond_the_hysteresis_rearms() -> None:
    again = fired(candidate(1, 1.9, peak=2.0), candidate(9, 1.9, peak=2.1))
    assert again == [(1, 2.0), (9, 2.1)]
    # Within it, and not for long: nothing moved.
    assert fired(candidate(1, 1.9, peak=2.0), candidate(9, 1.87, peak=1.92, settled=None)) == [(1, 2.0)]
    # Within it, but it stayed: that is the price now.
    assert fired(candidate(1, 1.9, peak=2.0), candidate(9, 1.88, peak=1.92)) == [(1, 2.0), (9, 1.92)]


def test_unconfirmed_price_waits_for_the_next_observation() -> None:
    first = candidate(1, 1.9, peak=2.0)._replace(confirmed_on=None)
    assert fired(first) == []
    second = candidate(2, 1.91)._replace(confirmed_on=None)
    assert [(h.i, h.day) for h in fold([first, second], TWO, HYSTERESIS, TWO)] == [(2, on(2))]
    later = candidate(4, 1.91)._replace(confirmed_on=None)  # not the next price: in between it was elsewhere
    assert fired(first, later) == []
    held = first._replace(confirmed_once_on=None)  # the gate holds it
    assert fired(held, second) == []


def test_flapping_is_notified_once_then_muted() -> None:
    turns = [candidate(n, 1.8, n=n, peak=2.0) for n in range(1, 12, 2)]
    hits = list(fold(turns, TWO, HYSTERESIS, TWO))
    assert [(h.i, h.is_unstable) for h in hits] == [(1, False), (3, False), (5, True)]
    quiet = candidate(40, 1.8, n=40, peak=2.0)
    assert [h.i for h in fold([*turns, quiet], TWO, HYSTERESIS, TWO)] == [1, 3, 5, 40]


def test_threshold_fires_once_until_recovery() -> None:
    def crossing(i: int, price: float, has_recovered: bool) -> Candidate:
        return Candidate(i, math.log(price), on(i), on(i), math.log(2), has_recovered=has_recovered)

    further = -math.log1p(-0.03)
    rows = [crossing(1, 1.99, True), crossing(3, 1.98, False), crossing(5, 1.9, False), crossing(20, 1.99, True)]
    assert [h.i for h in fold(rows, 0, 0, further)] == [1, 5, 20]
    month = timedelta(days=30)
    assert [h.i for h in fold([rows[0], crossing(31, 1.985, False)], 0, 0, further, month)] == [1, 31]


def test_moves_either_way_start_from_the_last_notified_price() -> None:
    def price(i: int, value: float) -> Candidate:
        return Candidate(i, math.log(value), on(10 * i), on(10 * i))

    rows = [price(n, p) for n, p in enumerate([2.0, 2.05, 2.11, 2.0, 1.99, 2.2])]
    hits = list(fold_both_ways(rows, -math.log1p(-0.05), math.log1p(0.05)))
    assert [(h.i, round(math.exp(h.reference), 2)) for h in hits] == [(2, 2.0), (3, 2.11), (5, 2.0)]


def test_lockout_lasts_a_week() -> None:
    lockout = Lockout()
    assert [lockout.fire(on(n)) for n in (0, 8, 16, 24)] == [False] * 4
    lockout = Lockout()
    assert [lockout.fire(on(n)) for n in (0, 3, 6)] == [False, False, True] and FLIPS == 3
    assert lockout.is_muted(on(13)) and not lockout.is_muted(on(6) + LOCKOUT + timedelta(days=1))


PRICES = st.lists(st.floats(0.5, 4), min_size=1, max_size=25)


def rows_of(prices: list[float]) -> list[Candidate]:
    """Every price as a candidate, the highest between two being none: a harder case than the question's."""
    return [candidate(n, p, peak=prices[0] if n == 0 else None) for n, p in enumerate(prices)]


@given(PRICES, st.integers(0, 25))
def test_firings_do_not_depend_on_later_prices(prices: list[float], cut: int) -> None:
    whole = list(fold(rows_of(prices), TWO, HYSTERESIS, TWO))
    part = list(fold(rows_of(prices)[:cut], TWO, HYSTERESIS, TWO))
    assert part == [firing for firing in whole if firing.i < cut]


@given(PRICES)
def test_fold_is_deterministic_and_never_fires_on_a_rise(prices: list[float]) -> None:
    rows = rows_of(prices)
    hits = list(fold(iter(rows), TWO, HYSTERESIS, TWO))
    assert hits == list(fold(rows, TWO, HYSTERESIS, TWO))
    firings: list[Firing] = []
    for firing in hits:
        assert rows[firing.i].y <= firing.reference - TWO + 1e-9
        firings.append(firing)
    assert len({firing.i for firing in firings}) == len(firings)


@given(st.lists(st.floats(0.5, 4), min_size=2, max_size=25))
def test_no_two_percent_drop_is_missed(prices: list[float]) -> None:
    hits = {firing.i for firing in fold(rows_of(prices), TWO, HYSTERESIS, TWO)}
    output = prices[0]
    for n, price in enumerate(prices):
        if n in hits:
            output = price
        assert price > output * 0.98 - 1e-6 or n in hits
