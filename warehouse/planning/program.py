"""States a plan as a mixed-integer program, and has HiGHS solve it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from warehouse.planning.fleet import Job, Machine
from warehouse.planning.load_curve import Hours
from warehouse.planning.load_groups import Groups

GAP = 1e-7  # share of the cost by which an answer may miss the least one, where there is time to find it
_SECONDS = 0.5  # of the solver at most


class Infeasible(Exception):
    """No mix of the machines serves the load; the message says why."""


@dataclass(frozen=True, slots=True)
class Question:
    """A load by the hour, and what may serve it.

    Attributes:
        load: tokens of each hour.
        reliable: the part of them that may not stand on spot machines.
        machines: what can be rented; at least one.
        start_hours: when commitments may start.
    """

    load: Hours
    reliable: Hours
    machines: Sequence[Machine]
    start_hours: Sequence[int] = (0,)
    job: Job | None = None

    def on_spot_alone(self) -> Question:
        """Return the question as it would be if all of the load might stand on spot machines."""
        return replace(self, reliable=np.zeros(len(self.load)))


@dataclass(frozen=True, slots=True)
class Program:
    """The variables of the program: commitments by start, rentals by group, shares of a job."""

    committed: list[tuple[int, int]]  # machine, start hour
    rented: list[int]  # machines without a term
    covers: Any  # of each group by each commitment

    def sizes(self, n_groups: int, has_job: bool) -> tuple[int, int, int, int]:
        """Return how many variables there are of each kind: commitments, rentals, committed hours and others for it."""
        n_shared = len(self.committed) * n_groups if has_job else 0
        return len(self.committed), len(self.rented) * n_groups, n_shared, len(self.rented) if has_job else 0


def program_of(question: Question, starts: Sequence[int], bounds: Sequence[int], groups: Groups) -> Program:
    committed = [(i, start) for i, m in enumerate(question.machines) if m.term_hours for start in starts]
    begins, ends = np.asarray(bounds[:-1])[groups.period], np.asarray(bounds[1:])[groups.period]
    covers = np.array(
        [(begins >= start) & (ends <= start + question.machines[i].term_hours) for i, start in committed], dtype=float
    ).reshape(len(committed), len(groups.period))
    return Program(committed, [i for i, m in enumerate(question.machines) if not m.term_hours], covers)


def solved(
    question: Question,
    program: Program,
    groups: Groups,
    total: Hours,
    reliable: Hours,
    bounds: Sequence[int],
    *,
    is_whole: bool = True,
) -> tuple[Hours, float]:
    """Return the variables of the best solution, and the bound that the solver proved. Raises Infeasible.

    is_whole: machines are whole; else the relaxation, whose cost is a bound itself.
    """
    # scipy takes a third of a second to import, which only this command should wait for.
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array, diags_array, hstack, identity, kron, vstack

    machines, job, n_groups = question.machines, question.job, len(groups.period)
    sizes = program.sizes(n_groups, job is not None)
    n_committed, n_rented, n_shared, n_own = sizes
    capacity = np.array([machines[i].tokens_per_hour for i, _ in program.committed])
    rented = np.array([machines[i].tokens_per_hour for i in program.rented])
    is_reliable = np.array([machines[i].market != "spot" for i in program.rented], dtype=float)
    each = identity(n_groups, format="csr")
    shared = -kron(capacity.reshape(1, -1), each) if n_shared else csr_array((n_groups, 0))
    nothing = csr_array((n_groups, n_own))
    base = csr_array((program.covers * capacity[:, None]).T.reshape(n_groups, n_committed))
    rows = [
        hstack([base, kron(rented.reshape(1, -1), each), shared, nothing]),
        hstack([base, kron((rented * is_reliable).reshape(1, -1), each), shared, nothing]),
    ]
    lower, upper = [total, reliable], [np.full(n_groups, np.inf)] * 2
    if job is not None:
        in_time = (np.asarray(bounds[1:])[groups.period] <= job.hours) * groups.n_hours
        speeds = np.array([machines[i].job_tokens_per_hour for i, _ in program.committed])
        own = np.array([machines[i].job_tokens_per_hour for i in program.rented])
        # A committed machine works on the job no longer than it is rented, and in time.
        rows.append(hstack([
            -diags_array(program.covers.reshape(-1)) @ kron(identity(n_committed), np.ones((n_groups, 1))),
            csr_array((n_shared, n_rented)), identity(n_shared), csr_array((n_shared, n_own)),
        ]))  # fmt: skip
        work = np.concatenate([np.zeros(n_committed + n_rented), np.kron(speeds, in_time), own])
        rows.append(csr_array(work.reshape(1, -1)))
        lower += [np.full(n_shared, -np.inf), np.array([job.tokens])]
        upper += [np.zeros(n_shared), np.array([np.inf])]
    cost = np.concatenate([
        [machines[i].usd_per_hour * machines[i].term_hours for i, _ in program.committed],
        np.kron([machines[i].usd_per_hour for i in program.rented], groups.n_hours),
        np.zeros(n_shared), [machines[i].usd_per_hour for i in program.rented] if job else [],
    ])  # fmt: skip
    stocks = [np.inf if m.stock is None else float(m.stock) for m in machines]
    most = np.concatenate([
        [stocks[i] for i, _ in program.committed], np.repeat([stocks[i] for i in program.rented], n_groups),
        np.full(n_shared, np.inf), [stocks[i] * job.hours for i in program.rented] if job else [],
    ])  # fmt: skip
    integrality = np.concatenate([np.ones(n_committed + n_rented), np.zeros(n_shared), np.ones(n_own)])
    scale = float(cost.max(initial=0)) or 1.0
    result = milp(
        cost / scale,
        constraints=LinearConstraint(
            *_scaled(vstack(rows, format="csr"), np.concatenate(lower), np.concatenate(upper))
        ),
        bounds=Bounds(0, most),
        integrality=integrality if is_whole else None,
        options={"time_limit": _SECONDS, "mip_rel_gap": GAP},
    )
    if result.x is None:
        raise Infeasible("no mix of these machines serves the load, or none was found in time")
    bound = result.mip_dual_bound if is_whole and result.mip_dual_bound is not None else result.fun
    return result.x, float(bound) * scale


def _scaled(matrix: Any, lower: Hours, upper: Hours) -> tuple[Any, Hours, Hours]:
    """Divide each row by its largest entry: tokens an hour are millions, and the solver's tolerances are absolute."""
    from scipy.sparse import diags_array

    largest = abs(matrix).max(axis=1).toarray().reshape(-1)
    factors = 1 / np.where(largest > 0, largest, 1)
    return diags_array(factors) @ matrix, lower * factors, upper * factors


def capacities(machines: Sequence[Machine], chosen: Sequence[int]) -> Hours:
    return np.array([machines[i].tokens_per_hour for i in chosen])
