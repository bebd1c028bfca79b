"""The state of one rule on one series: armed, pending, firing, cleared, unstable; a pure function of its prices.

All prices here are logarithms, times the rule's sign, so that every rule looks for a fall.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

LOCKOUT = timedelta(days=7)
FLIPS = 3  # times that a series fires within the lockout before it is called unstable
_NEARLY = 1e-9


class Candidate(NamedTuple):
    """A price that may matter.

    told_on: the day on which it is believed, None as long as it is not; once_on: the day on which it would be after a
    single look. ref: what the rule's line is drawn from; None where that is what was told last. peak: the highest
    steady price between the candidate before and this one, rest: the highest that stayed for some looks. is_back:
    whether the price had been back beyond the hysteresis in between. before: the price right before this one.
    """

    i: int
    y: float
    told_on: date | None
    once_on: date | None
    ref: float | None = None
    peak: float | None = None
    rest: float | None = None
    is_back: bool = True
    before: float | None = None


class Fired(NamedTuple):
    """A price to tell, the day on which it can be told, and what it is compared with."""

    i: int
    told_on: date
    ref: float
    is_unstable: bool = False


@dataclass(slots=True)
class Lockout:
    """Counts how often a series fires, so that one that goes to and fro is told of once."""

    fired: list[date] = field(default_factory=list)
    until: date | None = None

    def is_muted(self, day: date) -> bool:
        """Whether the series is unstable on a day."""
        return self.until is not None and day <= self.until

    def fire(self, day: date) -> bool:
        """Note that it fired; whether that makes it unstable."""
        if self.is_muted(day):
            self.until = day + LOCKOUT
            return False
        self.fired = [*(d for d in self.fired if day - d <= LOCKOUT), day]
        if len(self.fired) < FLIPS:
            return False
        self.fired, self.until = [], day + LOCKOUT
        return True


def fold(
    candidates: Iterable[Candidate], distance: float, hysteresis: float, further: float, lasts: timedelta | None = None
) -> Iterator[Fired]:
    """What a rule tells of one piece of a series' history.

    Fires when armed and a believed price is `distance` below its reference; again, while firing, at every `further`
    below what was told last. Armed again when the price was back beyond the hysteresis, or after `lasts`.
    """
    lockout = Lockout()
    told: float | None = None
    told_day = date.min
    peak = rest = -float("inf")
    pending: Candidate | None = None
    for now in candidates:
        peak, rest = _higher(peak, now.peak), _higher(rest, now.rest)
        day, pending = _believed(now, pending)
        if day is None:
            continue
        if now.ref is None:
            cleared, ref = _since(told, peak, rest, hysteresis)
            fires = now.y <= ref - distance + _NEARLY
            if not fires and now.before is not None and now.y >= ref + distance:
                # It fell from a price that had not stayed long, and not back to where it had come from.
                fires, cleared, ref = now.y <= now.before - distance + _NEARLY, True, now.before
        else:
            ref = now.ref
            cleared = told is None or now.is_back or (lasts is not None and day - told_day >= lasts)
            fires = cleared or (told is not None and now.y <= told - further + _NEARLY)
        if not fires:
            continue
        was_muted = lockout.is_muted(day)
        is_unstable = cleared and lockout.fire(day)
        told, told_day, peak, rest = now.y, day, -float("inf"), -float("inf")
        if not was_muted:
            yield Fired(now.i, day, ref, is_unstable)


def _higher(known: float, found: float | None) -> float:
    return known if found is None else max(known, found)


def _since(told: float | None, peak: float, rest: float, hysteresis: float) -> tuple[bool, float]:
    """Whether a rule on what was told last is armed again, and what it compares with.

    What was told, or the highest price since, once that is beyond the hysteresis or has stayed for some looks.
    """
    if told is None:
        return True, peak
    above = [y for y in (peak if peak > told + hysteresis else told, rest) if y > told + _NEARLY]
    return bool(above), max(above, default=told)


def _believed(now: Candidate, pending: Candidate | None) -> tuple[date | None, Candidate | None]:
    """The day on which a candidate counts, and what waits: two looks in a row beyond the line confirm each other."""
    days = [now.told_on] if now.told_on else []
    if pending is not None and pending.i == now.i - 1 and now.once_on:
        days.append(now.once_on)
    if days:
        return min(days), None
    return None, now if now.once_on else None


def fold_both_ways(prices: Iterable[Candidate], down: float, up: float) -> Iterator[Fired]:
    """What a rule on moves either way tells: `down` below or `up` above what was told last, or the first price."""
    lockout = Lockout()
    told: float | None = None
    direction = 0
    pending: Candidate | None = None
    for now in prices:
        if told is None:
            told = now.y
            continue
        way = -1 if now.y <= told - down + _NEARLY else 1 if now.y >= told + up - _NEARLY else 0
        if way == 0:
            pending = None
            continue
        day, pending = _believed(now, pending)
        if day is None:
            continue
        was_muted = lockout.is_muted(day)
        is_unstable = way != direction and lockout.fire(day)
        ref, told, direction = told, now.y, way
        if not was_muted:
            yield Fired(now.i, day, ref, is_unstable)
