"""The state of one rule on one series: armed, pending, firing, cleared, unstable; a pure function of its prices.

All prices here are logarithms, times the rule's sign, so that every rule looks for a fall.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

LOCKOUT = timedelta(days=7)
FLIPS = 3  # firings of a series within the lockout that make it unstable
_TOLERANCE = 1e-9


class Candidate(NamedTuple):
    """A price that may fire a rule.

    confirmed_on: the day on which it counts, None while unconfirmed; confirmed_once_on: the day on which it would count
    after a single observation. reference: the value the rule compares with, None where that is the last notified price.
    peak: the highest steady price since the previous candidate; settled: the highest that lasted several observations.
    has_recovered: whether the price was back beyond the hysteresis in between. previous: the price right before.
    """

    i: int
    y: float
    confirmed_on: date | None
    confirmed_once_on: date | None
    reference: float | None = None
    peak: float | None = None
    settled: float | None = None
    has_recovered: bool = True
    previous: float | None = None


class Firing(NamedTuple):
    """A price to notify about, the day on which that is possible, and the reference it is compared with."""

    i: int
    day: date
    reference: float
    is_unstable: bool = False


@dataclass(slots=True)
class Lockout:
    """Counts how often a series fires, so that a price that flips back and forth is notified once."""

    firings: list[date] = field(default_factory=list)
    until: date | None = None

    def is_muted(self, day: date) -> bool:
        """Return whether the series is unstable on a day."""
        return self.until is not None and day <= self.until

    def fire(self, day: date) -> bool:
        """Record a firing and return whether it makes the series unstable."""
        if self.is_muted(day):
            self.until = day + LOCKOUT
            return False
        self.firings = [*(d for d in self.firings if day - d <= LOCKOUT), day]
        if len(self.firings) < FLIPS:
            return False
        self.firings, self.until = [], day + LOCKOUT
        return True


def fold(
    candidates: Iterable[Candidate], distance: float, hysteresis: float, further: float, lasts: timedelta | None = None
) -> Iterator[Firing]:
    """Yield the firings of a rule on one gap-free piece of a series' history.

    Fires when armed and a confirmed price is `distance` below its reference; again, while firing, at every `further`
    below the last notified price. Armed again when the price was back beyond the hysteresis, or after `lasts`.
    """
    lockout = Lockout()
    notified: float | None = None
    notified_on = date.min
    peak = settled = -float("inf")
    pending: Candidate | None = None
    for now in candidates:
        peak, settled = _higher(peak, now.peak), _higher(settled, now.settled)
        day, pending = _confirmed(now, pending)
        if day is None:
            continue
        if now.reference is None:
            is_armed, reference = _rearmed(notified, peak, settled, hysteresis)
            fires = now.y <= reference - distance + _TOLERANCE
            if not fires and now.previous is not None and now.y >= reference + distance:
                # It fell from a price that had not lasted, and not back to where it had come from.
                fires, is_armed, reference = now.y <= now.previous - distance + _TOLERANCE, True, now.previous
        else:
            reference = now.reference
            is_armed = notified is None or now.has_recovered or (lasts is not None and day - notified_on >= lasts)
            fires = is_armed or (notified is not None and now.y <= notified - further + _TOLERANCE)
        if not fires:
            continue
        was_muted = lockout.is_muted(day)
        is_unstable = is_armed and lockout.fire(day)
        notified, notified_on, peak, settled = now.y, day, -float("inf"), -float("inf")
        if not was_muted:
            yield Firing(now.i, day, reference, is_unstable)


def _higher(value: float, other: float | None) -> float:
    return value if other is None else max(value, other)


def _rearmed(notified: float | None, peak: float, settled: float, hysteresis: float) -> tuple[bool, float]:
    """Return whether a rule on the last notified price is armed again, and its reference.

    The reference is the notified price, or the highest since once that is beyond the hysteresis or has lasted.
    """
    if notified is None:
        return True, peak
    above = [y for y in (peak if peak > notified + hysteresis else notified, settled) if y > notified + _TOLERANCE]
    return bool(above), max(above, default=notified)


def _confirmed(now: Candidate, pending: Candidate | None) -> tuple[date | None, Candidate | None]:
    """Return the day on which a candidate counts, and what waits: two prices in a row beyond the line confirm both."""
    days = [now.confirmed_on] if now.confirmed_on else []
    if pending is not None and pending.i == now.i - 1 and now.confirmed_once_on:
        days.append(now.confirmed_once_on)
    if days:
        return min(days), None
    return None, now if now.confirmed_once_on else None


def fold_both_ways(prices: Iterable[Candidate], down: float, up: float) -> Iterator[Firing]:
    """Yield the firings of a rule on moves either way: `down` below or `up` above the last notified or first price."""
    lockout = Lockout()
    notified: float | None = None
    direction = 0
    pending: Candidate | None = None
    for now in prices:
        if notified is None:
            notified = now.y
            continue
        way = -1 if now.y <= notified - down + _TOLERANCE else 1 if now.y >= notified + up - _TOLERANCE else 0
        if way == 0:
            pending = None
            continue
        day, pending = _confirmed(now, pending)
        if day is None:
            continue
        was_muted = lockout.is_muted(day)
        is_unstable = way != direction and lockout.fire(day)
        reference, notified, direction = notified, now.y, way
        if not was_muted:
            yield Firing(now.i, day, reference, is_unstable)
