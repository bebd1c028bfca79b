"""Completes commitments to a fleet: tries one more or less of each, and gives every hour its own machines."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from warehouse.planning.fleet import Commitment, Counts, Fleet, Machine, Rental, spread
from warehouse.planning.hour_cover import HourlyMachines
from warehouse.planning.load_curve import Hours
from warehouse.planning.load_groups import Groups
from warehouse.planning.program import Program, Question, capacities

_MOST_TRIES = 200  # of one commitment more or less


def completed(question: Question, program: Program, groups: Groups, guesses: Sequence[Hours]) -> Fleet:
    """Return the best fleet near the guessed commitments; its cost is infinite where too few machines are left.

    guesses: values of the program's variables. Of a job, what the load leaves of committed machines is done by them,
    counted at the pace of the slowest kind, and the rest by one kind of machine by the hour.
    """
    search = _Search.of(question, program, groups)
    n_committed = len(program.committed)
    near = [np.minimum(np.rint(guess[:n_committed]), search.stocks).astype(int) for guess in guesses]
    near += [np.minimum(np.ceil(guess[:n_committed] - 1e-6), search.stocks).astype(int) for guess in guesses]
    worth = [c for c in range(n_committed) if any(guess[c] > 1e-6 for guess in guesses)]
    return search.fleet(search.improved(min(near, key=search.usd), worth))


@dataclass(frozen=True, slots=True)
class _Search:
    """Costs of commitments, given how many there are of each; arrays are by commitment, `served` by group too."""

    question: Question
    program: Program
    groups: Groups
    by_the_hour: HourlyMachines
    served: Hours
    prices: Hours
    stocks: Hours

    @classmethod
    def of(cls, question: Question, program: Program, groups: Groups) -> _Search:
        machines = question.machines
        committed = [machines[i] for i, _ in program.committed]
        rented = [machines[i] for i in program.rented]
        return cls(
            question, program, groups, HourlyMachines.of(rented, float(question.load.max(initial=0))),
            program.covers * capacities(machines, [i for i, _ in program.committed])[:, None],
            np.array([m.usd_per_hour * m.term_hours for m in committed]),
            np.array([np.inf if m.stock is None else m.stock for m in committed]),
        )  # fmt: skip

    def usd(self, counts: Counts) -> float:
        """Return USD of so many of each commitment, and of the machines by the hour beside them."""
        groups = self.groups
        held = counts @ self.served if len(counts) else np.zeros(len(groups.period))
        hourly, _ = self.by_the_hour.cover(groups.total - held, groups.reliable - held, is_quick=True)
        rental = self._job_rental(counts, np.maximum(held - groups.total, 0)[groups.of_hour])
        job = 0.0 if self.question.job is None else math.inf if rental is None else rental.usd
        return float(counts @ self.prices + hourly @ groups.n_hours) + job

    def improved(self, counts: Counts, worth: Sequence[int]) -> Counts:
        """Return counts from which no single one more or less of the commitments that are worth it lowers the cost."""
        least, tries = self.usd(counts), 0
        while tries < _MOST_TRIES:
            before = least
            for c in worth:
                for step in (1, -1):
                    moved = counts.copy()
                    moved[c] += step
                    if 0 <= moved[c] <= self.stocks[c] and (usd := self.usd(moved)) < least - 1e-9:
                        counts, least = moved, usd
                    tries += 1
            if least >= before:
                break
        return counts

    def fleet(self, counts: Counts) -> Fleet:
        """Return the fleet of so many of each commitment, with every hour's own machines."""
        question, machines = self.question, self.question.machines
        held = (counts @ self.served)[self.groups.of_hour] if len(counts) else np.zeros(len(question.load))
        hourly, by_hour = self.by_the_hour.cover(question.load - held, question.reliable - held)
        commitments = tuple(
            Commitment(machines[i], start, int(count))
            for (i, start), count in zip(self.program.committed, counts, strict=True)
            if count
        )
        rentals = [Rental(machines[i], n) for i, n in zip(self.program.rented, by_hour, strict=True) if n.any()]
        is_possible = bool(np.isfinite(hourly).all())
        if question.job is not None:
            rental = self._job_rental(counts, np.maximum(held - question.load, 0))
            is_possible &= rental is not None
            rentals += [rental] if rental and rental.counts.any() else []
        return Fleet(commitments, tuple(rentals), 0, is_possible)

    def _job_rental(self, counts: Counts, idle: Hours) -> Rental | None:
        """Return the machines by the hour for what committed ones leave of the job; None: no kind can do it in time.

        idle: tokens of the load that commitments could serve beside it, in each hour.
        """
        job = self.question.job
        if job is None:
            return None
        chosen = [
            (self.question.machines[i], start, n)
            for (i, start), n in zip(self.program.committed, counts, strict=True)
            if n
        ]
        paces = [m.job_tokens_per_hour / m.tokens_per_hour for m, _, _ in chosen if m.tokens_per_hour > 0]
        done = float(idle[: job.hours].sum()) * min(paces, default=0.0)
        for machine, start, count in chosen:
            if machine.tokens_per_hour <= 0:
                hours = max(0, min(start + machine.term_hours, job.hours) - start)
                done += count * hours * machine.job_tokens_per_hour
        rest = max(0.0, job.tokens - done)
        rentals = []
        for machine in self.by_the_hour.machines:
            if machine.job_tokens_per_hour > 0:
                hours = math.ceil(rest / machine.job_tokens_per_hour * (1 - 1e-9))
                if machine.stock is None or hours <= machine.stock * job.hours:
                    rentals.append((hours * machine.usd_per_hour, hours, machine))
        if not rentals:
            return None if rest > 0 else Rental(_NOTHING, np.zeros(len(self.question.load), dtype=int), is_for_job=True)
        _, hours, machine = min(rentals, key=lambda one: one[0])
        return Rental(machine, spread(hours, job.hours, len(self.question.load)), is_for_job=True)


_NOTHING = Machine("on_demand", 0, 0)  # where commitments do all of the job
