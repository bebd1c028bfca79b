"""Groups the hours of a plan that need the same machines, so that a year is a few hundred questions, not 8,760."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import pairwise

import numpy as np

from warehouse.planning.fleet import Counts
from warehouse.planning.load_curve import Hours

_MOST_SUMS = 3000  # of capacities; where machines make more different sums than this, rounding gains nothing
_SAME = 1e-9  # relative difference below which two sums of capacities are one


@dataclass(frozen=True, slots=True)
class Groups:
    """Hours that lie in one period between possible starts and ends of commitments and need about the same.

    Attributes:
        period: of each group; of_hour: the group of each hour; n_hours: of each group.
        total, reliable: tokens an hour that all machines, and all but spot machines, must serve: enough for each hour
            of the group. least_total, least_reliable: what each of its hours needs at least; mean_*: on average.
        is_exact: whether all hours of every group need the same machines.
    """

    period: Counts
    of_hour: Counts
    n_hours: Counts
    total: Hours
    reliable: Hours
    least_total: Hours
    least_reliable: Hours
    mean_total: Hours
    mean_reliable: Hours
    is_exact: bool


def boundaries(hours: int, *moments: Iterable[int]) -> list[int]:
    """Return the hours at which periods begin or end, in order, from 0 to the end of the plan."""
    inner = {moment for some in moments for moment in some if 0 < moment < hours}
    return [0, *sorted(inner), hours]


def grouped(
    total: Hours,
    reliable: Hours,
    bounds: Sequence[int],
    capacities: Sequence[float],
    reliable_capacities: Sequence[float],
    most: int,
) -> Groups:
    """Group the hours by period and need, into about `most` groups.

    A need is first raised to the next sum that machines of these capacities can make, which asks for no more of them.
    Where that leaves too many, near ones are put together.
    """
    period = np.searchsorted(np.asarray(bounds[1:]), np.arange(len(total)), side="right")
    raised_total = raised(total, capacities)
    raised_reliable = raised(reliable, reliable_capacities)
    keys = np.column_stack([period, raised_total, raised_reliable])
    unique, of_hour = np.unique(keys, axis=0, return_inverse=True)
    is_exact = len(unique) <= most
    if not is_exact:
        unique, of_hour = _merged(period, total, reliable, most)
    of_hour = of_hour.reshape(-1)
    n_hours = np.bincount(of_hour)

    def each(values: Hours, extreme: np.ufunc) -> Hours:
        start = -np.inf if extreme is np.maximum else np.inf
        result = np.full(len(unique), start)
        extreme.at(result, of_hour, values)
        return result

    return Groups(
        unique[:, 0].astype(int), of_hour, n_hours,
        each(raised_total, np.maximum), each(raised_reliable, np.maximum),
        each(raised_total, np.minimum), each(raised_reliable, np.minimum),
        np.bincount(of_hour, total) / n_hours, np.bincount(of_hour, reliable) / n_hours,
        is_exact,
    )  # fmt: skip


def raised(needs: Hours, capacities: Sequence[float]) -> Hours:
    """Return each need, raised to the next sum of capacities: no fewer machines would do. Unchanged if there are many.

    A need that no sum of the list reaches is left alone.
    """
    top = float(needs.max(initial=0))
    sums = np.zeros(1)
    for capacity in sorted(set(capacities), reverse=True):
        steps = int(np.ceil(top / capacity)) + 1
        if len(sums) * steps > 50 * _MOST_SUMS:
            return needs
        every = np.sort((sums[:, None] + capacity * np.arange(steps)).reshape(-1))
        every = every[every < top + max(capacities)]
        # Of sums that differ by rounding alone the largest stays: a need between them is then met by all.
        is_last = np.append(np.diff(every) > _SAME * np.maximum(every[1:], 1e-300), True)
        sums = every[is_last]
        if len(sums) > _MOST_SUMS:
            return needs
    position = np.searchsorted(sums, needs * (1 - _SAME))
    reached = position < len(sums)
    return np.where(reached, sums[np.minimum(position, len(sums) - 1)], needs)


def _merged(period: Counts, total: Hours, reliable: Hours, most: int) -> tuple[Hours, Counts]:
    """Return rows that begin with the period of each group, and the group of each hour.

    Groups are runs of hours, by size of load, of one period and one share of reliable machines. The run whose hours
    would together be given most beyond their need is split first, where that helps most.
    """
    share = np.round(reliable / np.where(total > 0, total, 1), 9)
    order = np.lexsort([total, share, period])
    ordered = total[order]
    is_new = (np.diff(period[order]) != 0) | (np.diff(share[order]) != 0)
    starts = np.flatnonzero(np.append(True, is_new))
    runs = [_split(ordered, int(first), int(last)) for first, last in pairwise([*starts, len(order)])]
    heapify(runs)
    while len(runs) < most and runs[0][0] < 0:
        _, first, middle, last = heappop(runs)
        heappush(runs, _split(ordered, first, middle))
        heappush(runs, _split(ordered, middle, last))
    of_hour = np.zeros(len(total), dtype=int)
    for group, (_, first, _, last) in enumerate(runs):
        of_hour[order[first:last]] = group
    return np.array([[period[order[first]]] for _, first, _, _ in runs]), of_hour


def _split(ordered: Hours, first: int, last: int) -> tuple[float, int, int, int]:
    """Return by how much the best split of a run lowers what its hours are given (negative), and where it is."""
    run = ordered[first:last]
    counts = np.arange(1, len(run))
    # The lower part is then given its own largest load instead of the run's.
    gains = counts * (run[-1] - run[:-1])
    if not len(gains) or gains.max() <= 0:
        return 0.0, first, first, last
    return -float(gains.max()), first, first + int(gains.argmax()) + 1, last
