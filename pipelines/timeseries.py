"""Step functions of time: segments with one value each, their minimum, and round axis values."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Segment:
    """A value that held from `since` up to, not including, `until`."""

    since: date
    until: date
    value: float


def lowest(segments: Iterable[Segment]) -> list[Segment]:
    """Return the lowest value at each time, as segments that touch where there is no gap."""
    waiting = sorted(segments, key=lambda s: s.since)
    edges = sorted({d for s in waiting for d in (s.since, s.until)})
    in_force: list[tuple[float, date]] = []
    result: list[Segment] = []
    at = 0
    for since, until in pairwise(edges):
        while at < len(waiting) and waiting[at].since <= since:
            heapq.heappush(in_force, (waiting[at].value, waiting[at].until))
            at += 1
        while in_force and in_force[0][1] <= since:
            heapq.heappop(in_force)
        if not in_force:
            continue
        value = in_force[0][0]
        if result and result[-1].until == since and result[-1].value == value:
            result[-1] = Segment(result[-1].since, until, value)
        else:
            result.append(Segment(since, until, value))
    return result


def ticks(low: float, high: float) -> list[float]:
    """Return four to seven round values around the range, from zero where the lowest is not far above it."""
    low = 0.0 if low < high * 0.4 else low
    spread = (high - low) or abs(high) * 0.2 or 1.0
    step = next(s for s in (m * 10.0**e for e in range(-9, 12) for m in (1, 2, 2.5, 5)) if spread / s <= 5)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [n * step for n in range(first, max(last, first + 1) + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """Return 1, 2 and 5 times powers of ten around a range of positive values; powers alone where it is wide."""
    factors = (1, 2, 5) if high / low < 1000 else (1,)
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    values = [factor * 10.0**decade for decade in decades for factor in factors]
    first = max(n for n, value in enumerate(values) if value <= low * (1 + 1e-9))
    last = min(n for n, value in enumerate(values) if value >= high * (1 - 1e-9))
    return values[first : last + 1]
