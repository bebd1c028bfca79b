"""Machines that can be rented for a plan, and the fleet that a plan consists of."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]
Market = Literal["on_demand", "spot", "reserved"]


@dataclass(frozen=True, slots=True)
class Machine:
    """One offer of one machine.

    Attributes:
        usd_per_hour: of the whole machine; of a commitment: its whole price over the hours of its term.
        tokens_per_hour: that it serves under the limit on latency, at the plan's utilisation, less what spot loses.
        job_tokens_per_hour: that it makes of a job that may wait, in the same way.
        term_hours: of a commitment, else 0.
        stock: how many there are; None: not known to be few.
        facts: what else is known of the offer, for whoever shows it.
    """

    market: Market
    usd_per_hour: float
    tokens_per_hour: float
    job_tokens_per_hour: float = 0
    term_hours: int = 0
    stock: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Job:
    """Work that may wait: tokens to make in the first so many hours of the plan."""

    tokens: float
    hours: int


@dataclass(frozen=True, slots=True)
class Commitment:
    """So many machines, rented from an hour of the plan on for the whole term of their offer."""

    machine: Machine
    first_hour: int
    count: int

    @property
    def usd(self) -> float:
        """USD of the whole term, also where it outlasts the plan."""
        return self.count * self.machine.usd_per_hour * self.machine.term_hours

    def served(self, hours: int) -> npt.NDArray[np.float64]:
        """Return the tokens that it can serve in each hour of a plan of so many."""
        result = np.zeros(hours)
        end = self.first_hour + self.machine.term_hours
        result[self.first_hour : end] = self.count * self.machine.tokens_per_hour
        return result


class Stretch(NamedTuple):
    """Hours of a plan, from the first to the last one, in which machines are rented: at most and least how many."""

    first_hour: int
    last_hour: int
    most: int
    least: int
    machine_hours: int


@dataclass(frozen=True, slots=True)
class Rental:
    """Machines without a commitment: how many in each hour, for the load or for a job."""

    machine: Machine
    counts: Counts
    is_for_job: bool = False

    @property
    def usd(self) -> float:
        """USD of all hours."""
        return float(self.counts.sum()) * self.machine.usd_per_hour

    def stretches(self, every: int) -> list[Stretch]:
        """Return the plan in stretches of so many hours; those that follow with the same number at most are one."""
        ends: list[tuple[int, int, int]] = []  # first and last hour, most machines
        for begin in range(0, len(self.counts), every):
            part = self.counts[begin : begin + every]
            busy = np.flatnonzero(part)
            if not len(busy):
                continue
            first, last, most = begin + int(busy[0]), begin + int(busy[-1]), int(part.max())
            if ends and ends[-1][2] == most and first - ends[-1][1] <= every // 2:
                first = ends.pop()[0]
            ends.append((first, last, most))
        return [
            Stretch(first, last, most, int(hours.min()), int(hours.sum()))
            for first, last, most in ends
            for hours in [self.counts[first : last + 1]]
        ]


@dataclass(frozen=True, slots=True)
class Fleet:
    """A plan: machines to rent, and how good it is.

    Attributes:
        lower_bound_usd: no mix of the same offers serves the load for less.
        is_possible: whether it serves every hour, and the job.
    """

    commitments: tuple[Commitment, ...]
    rentals: tuple[Rental, ...]
    lower_bound_usd: float
    is_possible: bool = True

    @property
    def usd(self) -> float:
        """USD of everything; infinite where it serves not all."""
        if not self.is_possible:
            return math.inf
        return sum(c.usd for c in self.commitments) + sum(r.usd for r in self.rentals)

    @property
    def gap(self) -> float:
        """Share of the cost by which a better plan could be cheaper at most."""
        return max(0.0, 1 - self.lower_bound_usd / self.usd) if self.usd else 0.0

    @property
    def is_optimal(self) -> bool:
        """Whether no cheaper plan exists, to a millionth."""
        return self.gap <= 1e-6


def spread(machine_hours: int, hours: int, plan_hours: int) -> Counts:
    """Return machines per hour that make up so many machine-hours as evenly as whole machines can, within the hours."""
    counts = np.zeros(plan_hours, dtype=int)
    counts[:hours] = machine_hours // hours
    counts[: machine_hours % hours] += 1
    return counts
