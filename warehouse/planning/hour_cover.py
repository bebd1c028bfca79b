"""Serves what an hour needs with machines that are rented by the hour, at least cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from warehouse.planning.fleet import Counts, Machine
from warehouse.planning.load_curve import Hours

_MOST_MIXES = 800  # of machines of one market that are compared
_FEW = 24  # mixes beyond the smallest that are tried where an answer must be quick
_MANY = 250  # of them that are tried else: all, in small markets
_MOST_PAIRS = 60_000  # of mixes and counts of one more kind
_MOST_COPIES = 64  # of one kind in a mix, but for the best one
_SPARE = 1e-6  # of the smallest machine: a need of less is none
_WINDOW = 12  # machines of the best kind within which mixes are compared one by one


@dataclass(frozen=True, slots=True)
class Mixes:
    """Mixes of machines, none of which serves less and costs more than another, by what they serve.

    Attributes:
        served: tokens an hour of each mix, ascending from 0; usd: its price an hour; counts: machines of each kind.
        bulk: the kind that is added again and again beyond the largest mix; None: there are no more machines.
    """

    served: Hours
    usd: Hours
    counts: Counts
    bulk: int | None
    bulk_served: float
    bulk_usd: float

    def smallest(self, need: Hours) -> tuple[Counts, Counts]:
        """Return, for each need, the position of the smallest mix that serves it, and how many of `bulk` are beside it.

        The position is beyond the last one where nothing serves it.
        """
        more = np.zeros(len(need), dtype=int)
        if self.bulk is not None:
            more = np.maximum(0, np.ceil((need - self.served[-1]) / self.bulk_served)).astype(int)
        rest = need - more * (self.bulk_served if self.bulk is not None else 0)
        return np.searchsorted(self.served, rest, side="left"), more


def mixes(machines: Sequence[Machine], chosen: Sequence[int], top: float) -> Mixes:
    """Return the mixes of the chosen machines that serve up to `top` tokens an hour."""
    endless = [i for i in chosen if machines[i].stock is None and machines[i].tokens_per_hour > 0]
    bulk = min(endless, key=lambda i: machines[i].usd_per_hour / machines[i].tokens_per_hour, default=None)
    limited = sum((machines[i].stock or 0) * machines[i].tokens_per_hour for i in chosen)
    if bulk is not None:
        largest = max(machines[i].tokens_per_hour for i in endless)
        top = min(top, _WINDOW * largest + limited)
    served, usd, counts = np.zeros(1), np.zeros(1), np.zeros((len(machines), 1), dtype=int)
    for i in sorted(chosen, key=lambda i: -machines[i].tokens_per_hour):
        machine = machines[i]
        if machine.tokens_per_hour <= 0:
            continue
        most = int(np.ceil(top / machine.tokens_per_hour))
        if machine.stock is not None:
            most = min(most, machine.stock)
        if bulk not in (None, i):
            most = min(most, _MOST_COPIES)
        steps = np.arange(most + 1)
        if len(served) * len(steps) > _MOST_PAIRS:
            some = _some(len(served), max(2, _MOST_PAIRS // len(steps)))
            served, usd, counts = served[some], usd[some], counts[:, some]
        every_served = (served[:, None] + steps * machine.tokens_per_hour).reshape(-1)
        every_usd = (usd[:, None] + steps * machine.usd_per_hour).reshape(-1)
        every_counts = np.repeat(counts, len(steps), axis=1)
        every_counts[i] += np.tile(steps, len(served))
        keep = _undominated(every_served, every_usd, top)
        served, usd, counts = every_served[keep], every_usd[keep], every_counts[:, keep]
    kind = machines[bulk] if bulk is not None else None
    return Mixes(
        served, usd, counts, bulk, kind.tokens_per_hour if kind else 0, kind.usd_per_hour if kind else 0
    )  # fmt: skip


def _undominated(served: Hours, usd: Hours, top: float) -> Counts:
    """Return the positions of mixes than which none serves as much for less, by what they serve.

    The first that serves `top` is the last one. Of too many, evenly chosen ones stay, and the last.
    """
    order = np.lexsort([-served, usd])
    best = np.maximum.accumulate(np.append(-1.0, served[order][:-1]))
    keep = order[served[order] > best]
    beyond = np.flatnonzero(served[keep] >= top)
    if len(beyond):
        keep = keep[: beyond[0] + 1]
    return keep[_some(len(keep), _MOST_MIXES)]


def _some(count: int, most: int) -> Counts:
    """Return positions of at most so many of `count`, evenly, with the first and the last."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).astype(int))


@dataclass(frozen=True, slots=True)
class HourlyMachines:
    """Machines by the hour, in two markets: those that nobody takes back, and spot."""

    machines: Sequence[Machine]
    steady: Mixes
    spot: Mixes
    slack: float  # tokens an hour by which sums of capacities differ by rounding alone

    @classmethod
    def of(cls, machines: Sequence[Machine], top: float) -> HourlyMachines:
        """Return the markets of these machines, of which none has a term, for needs up to `top`."""
        steady = [i for i, m in enumerate(machines) if m.market != "spot"]
        spot = [i for i, m in enumerate(machines) if m.market == "spot"]
        smallest = min((m.tokens_per_hour for m in machines if m.tokens_per_hour > 0), default=0.0)
        # Of the busiest hour alone, a billionth may be more than all that a quiet hour asks for.
        slack = min(top * 1e-9, smallest * _SPARE)
        return cls(machines, mixes(machines, steady, top), mixes(machines, spot, top), slack)

    def cover(self, total: Hours, reliable: Hours, *, is_quick: bool = False) -> tuple[Hours, Counts]:
        """Return USD and machines of each kind for each hour; USD is infinite where no mix serves it.

        total, reliable: tokens that all machines, and all but spot, must serve. Mixes of steady machines are tried from
        the smallest that serves `reliable` on, and around the one that serves `total` without spot.
        """
        total, reliable = np.maximum(total - self.slack, 0), np.maximum(reliable - self.slack, 0)
        n_mixes = len(self.steady.served)
        usd, chosen = np.full(len(total), np.inf), np.zeros((4, len(total)), dtype=int)
        for need, first in ((reliable, 0), (total, -1)):
            position, more = self.steady.smallest(need)
            tries = min(n_mixes, _FEW if is_quick else _MANY)
            for step in range(first, tries):
                at = np.clip(position + step, 0, n_mixes)
                is_mix = at < n_mixes
                at = np.minimum(at, n_mixes - 1)
                served = self.steady.served[at] + more * self.steady.bulk_served
                is_mix &= served >= reliable
                if not is_mix.any():
                    break
                spot_at, spot_more = self.spot.smallest(total - served)
                is_mix &= spot_at < len(self.spot.served)
                spot_at = np.minimum(spot_at, len(self.spot.served) - 1)
                cost = (
                    self.steady.usd[at] + more * self.steady.bulk_usd
                    + self.spot.usd[spot_at] + spot_more * self.spot.bulk_usd
                )  # fmt: skip
                is_better = is_mix & (cost < usd - 1e-12)
                usd = np.where(is_better, cost, usd)
                chosen = np.where(is_better, [at, more, spot_at, spot_more], chosen)
        at, more, spot_at, spot_more = chosen
        counts = self.steady.counts[:, at] + self.spot.counts[:, spot_at]
        if self.steady.bulk is not None:
            counts[self.steady.bulk] += more
        if self.spot.bulk is not None:
            counts[self.spot.bulk] += spot_more
        return usd, counts
