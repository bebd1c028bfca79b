"""Reads a fleet out of the variables of a solved program."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from warehouse.planning.fleet import Commitment, Counts, Fleet, Machine, Rental, spread
from warehouse.planning.load_curve import Hours
from warehouse.planning.load_groups import Groups
from warehouse.planning.program import Program, Question, capacities


def stated(question: Question, program: Program, groups: Groups, values: Hours) -> Fleet:
    """Return the fleet that the variables mean, without what an hour can do without."""
    n_groups, machines = len(groups.period), question.machines
    n_committed, n_rented, n_shared, _ = program.sizes(n_groups, question.job is not None)
    counts = np.rint(values[:n_committed]).astype(int)
    commitments = tuple(
        Commitment(machines[i], start, int(count))
        for (i, start), count in zip(program.committed, counts, strict=True)
        if count
    )
    by_group = np.rint(values[n_committed : n_committed + n_rented]).astype(int).reshape(-1, n_groups)
    by_hour = by_group[:, groups.of_hour]
    held = (program.covers * counts[:, None] * capacities(machines, [i for i, _ in program.committed])[:, None]).sum(0)
    if n_shared:
        at_job = values[n_committed + n_rented : n_committed + n_rented + n_shared].reshape(-1, n_groups)
        held = held - (at_job * capacities(machines, [i for i, _ in program.committed])[:, None]).sum(0)
    rented = [machines[i] for i in program.rented]
    by_hour = _trimmed(question, rented, by_hour, held[groups.of_hour])
    rentals = [Rental(machine, counts) for machine, counts in zip(rented, by_hour, strict=True) if counts.any()]
    if question.job:
        own = np.rint(values[n_committed + n_rented + n_shared :]).astype(int)
        rentals += [
            Rental(machine, spread(int(n), question.job.hours, len(question.load)), is_for_job=True)
            for machine, n in zip(rented, own, strict=True)
            if n
        ]
    return Fleet(commitments, tuple(rentals), 0)


def _trimmed(question: Question, rented: Sequence[Machine], by_hour: Counts, held: Hours) -> Counts:
    """Leave out machines, the dearest first, that an hour does not need; `held`: tokens that commitments serve."""
    by_hour = by_hour.copy()
    capacity = np.array([machine.tokens_per_hour for machine in rented])
    is_reliable = np.array([machine.market != "spot" for machine in rented], dtype=float)
    for i in sorted(range(len(rented)), key=lambda i: -rented[i].usd_per_hour):
        if capacity[i] <= 0:
            continue
        spare = held + capacity @ by_hour - question.load
        if is_reliable[i]:
            spare = np.minimum(spare, held + (capacity * is_reliable) @ by_hour - question.reliable)
        surplus = np.floor(spare / capacity[i] + 1e-9).astype(int)
        by_hour[i] -= np.clip(surplus, 0, by_hour[i])
    return by_hour
