"""Finds the fleet that serves a load at least cost: a mixed-integer program, solved by HiGHS."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from warehouse.planning.fleet import Commitment, Counts, Fleet, Job, Machine, Rental
from warehouse.planning.hour_cover import HourlyMachines
from warehouse.planning.load_curve import Hours
from warehouse.planning.load_groups import Groups, boundaries, grouped

_MOST_GROUPS = 400
_MOST_TRIES = 300  # of one commitment more or less
_SECONDS = 0.7  # of the solver at most
_GAP = 1e-7  # at which the solver stops
_NEAR = 5e-4  # gap at which the relaxation's answer is good enough: offers' prices are no surer


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


@dataclass(frozen=True, slots=True)
class _Program:
    """The variables of the program: commitments by start, rentals by group, shares of a job."""

    committed: list[tuple[int, int]]  # machine, start hour
    rented: list[int]  # machines without a term
    covers: Any  # of each group by each commitment

    def sizes(self, n_groups: int, has_job: bool) -> tuple[int, int, int, int]:
        """Return how many variables there are of each kind: commitments, rentals, committed hours and others for it."""
        n_shared = len(self.committed) * n_groups if has_job else 0
        return len(self.committed), len(self.rented) * n_groups, n_shared, len(self.rented) if has_job else 0


def cheapest(question: Question) -> Fleet:
    """Return the fleet of least cost, and a bound on what any other would cost. Raises Infeasible.

    Hours that need the same machines are decided together. Where that leaves too many groups, the program asks for what
    each hour of a group needs at least, which gives the bound; commitments are then improved one by one, and every hour
    gets its own machines.
    """
    _refuse_shortage(question)
    hours = len(question.load)
    terms = {machine.term_hours for machine in question.machines if machine.term_hours}
    starts = sorted({start for start in question.start_hours if start < hours}) if terms else []
    ends = [start + term for start in starts for term in terms]
    bounds = boundaries(hours, starts, ends, [question.job.hours] if question.job else [])
    groups = grouped(
        question.load, question.reliable, bounds, [m.tokens_per_hour for m in question.machines],
        [m.tokens_per_hour for m in question.machines if m.market != "spot"], _MOST_GROUPS,
    )  # fmt: skip
    program = _program(question, starts, bounds, groups)
    if question.job:
        values, bound = _solved(question, program, groups, groups.total, groups.reliable, bounds)
        fleet = _fleet(question, program, groups, values)
        if not groups.is_exact:
            bound = _solved(question, program, groups, groups.mean_total, groups.mean_reliable, bounds, is_whole=False)[1]
    else:
        relaxed, bound = _solved(
            question, program, groups, groups.mean_total, groups.mean_reliable, bounds, is_whole=False
        )
        fleet = _completed(question, program, groups, [relaxed])
        if bound < fleet.usd * (1 - (_GAP if groups.is_exact else _NEAR)):
            with suppress(Infeasible):  # out of time: the relaxation is there
                values, least = _solved(question, program, groups, groups.least_total, groups.least_reliable, bounds)
                bound = max(bound, least)
                fleet = min(fleet, _completed(question, program, groups, [relaxed, values]), key=lambda one: one.usd)
    return Fleet(fleet.commitments, fleet.rentals, min(bound, fleet.usd))


def _completed(question: Question, program: _Program, groups: Groups, guesses: Sequence[Hours]) -> Fleet:
    """Return the best fleet near the guessed commitments, with every hour's own machines. Raises Infeasible."""
    machines, n_committed = question.machines, len(program.committed)
    rented = [machines[i] for i in program.rented]
    by_the_hour = HourlyMachines.of(rented, float(question.load.max(initial=0)))
    served = program.covers * _capacities(machines, [i for i, _ in program.committed])[:, None]
    usd = np.array([machines[i].usd_per_hour * machines[i].term_hours for i, _ in program.committed])
    stocks = np.array([np.inf if (stock := machines[i].stock) is None else stock for i, _ in program.committed])

    def cost(counts: Counts) -> float:
        held = counts @ served if n_committed else np.zeros(len(groups.period))
        hourly, _ = by_the_hour.cover(groups.total - held, groups.reliable - held, is_quick=True)
        return float(counts @ usd + hourly @ groups.n_hours)

    near = [np.minimum(np.rint(guess[:n_committed]).astype(int), stocks) for guess in guesses]
    near += [np.ceil(guess[:n_committed] - 1e-6) for guess in guesses]
    counts = _improved(min((one.astype(int) for one in near), key=cost), guesses, cost, stocks)
    held = (counts @ served)[groups.of_hour] if n_committed else np.zeros(len(question.load))
    hourly, by_hour = by_the_hour.cover(question.load - held, question.reliable - held)
    if not np.isfinite(hourly).all():
        raise Infeasible("no mix of these machines was found for the busiest hours")
    commitments = tuple(
        Commitment(machines[i], start, int(count))
        for (i, start), count in zip(program.committed, counts, strict=True)
        if count
    )
    rentals = tuple(Rental(m, n) for m, n in zip(rented, by_hour, strict=True) if n.any())
    return Fleet(commitments, rentals, 0)


def _improved(counts: Counts, guesses: Sequence[Hours], cost: Callable[[Counts], float], stocks: Hours) -> Counts:
    """Return counts of commitments from which no single one more or less of those in the guesses lowers the cost."""
    worth = [c for c in range(len(counts)) if any(guess[c] > 1e-6 for guess in guesses)]
    least, tries = cost(counts), 0
    while tries < _MOST_TRIES:
        before = least
        for c in worth:
            for step in (1, -1):
                moved = counts.copy()
                moved[c] += step
                if 0 <= moved[c] <= stocks[c] and (usd := cost(moved)) < least - 1e-9:
                    counts, least = moved, usd
                tries += 1
        if least >= before:
            break
    return counts


def _refuse_shortage(question: Question) -> None:
    """Raise Infeasible where all machines together are too few in some hour."""
    for what, need, markets in (
        ("", question.load, ("on_demand", "spot", "reserved")),
        (" that nobody takes back", question.reliable, ("on_demand", "reserved")),
    ):
        peak = float(need.max(initial=0))
        usable = [m for m in question.machines if m.market in markets and m.tokens_per_hour > 0]
        if peak > 0 and not usable:
            raise Infeasible(f"no machine{what} can be rented for this load")
        if peak > 0 and all(m.stock is not None for m in usable):
            most = sum((m.stock or 0) * m.tokens_per_hour for m in usable)
            if most < peak * (1 - 1e-9):
                count = sum(m.stock or 0 for m in usable)
                raise Infeasible(
                    f"stock is too small: the {count} machines{what} on record serve {most:,.0f} tokens an hour, and "
                    f"the busiest hour needs {peak:,.0f}"
                )


def _program(question: Question, starts: Sequence[int], bounds: Sequence[int], groups: Groups) -> _Program:
    committed = [(i, start) for i, m in enumerate(question.machines) if m.term_hours for start in starts]
    begins, ends = np.asarray(bounds[:-1])[groups.period], np.asarray(bounds[1:])[groups.period]
    covers = np.array(
        [(begins >= start) & (ends <= start + question.machines[i].term_hours) for i, start in committed], dtype=float
    ).reshape(len(committed), len(groups.period))
    return _Program(committed, [i for i, m in enumerate(question.machines) if not m.term_hours], covers)


def _solved(
    question: Question,
    program: _Program,
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
    from scipy.sparse import csr_array, hstack, identity, kron, vstack

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
            csr_array(-program.covers.reshape(-1, 1) * np.kron(np.eye(n_committed), np.ones((n_groups, 1)))),
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
        constraints=LinearConstraint(*_scaled(vstack(rows, format="csr"), np.concatenate(lower), np.concatenate(upper))),
        bounds=Bounds(0, most),
        integrality=integrality if is_whole else None,
        options={"time_limit": _SECONDS, "mip_rel_gap": _GAP},
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


def _fleet(question: Question, program: _Program, groups: Groups, values: Hours) -> Fleet:
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
    held = (program.covers * counts[:, None] * _capacities(machines, [i for i, _ in program.committed])[:, None]).sum(0)
    if n_shared:
        at_job = values[n_committed + n_rented : n_committed + n_rented + n_shared].reshape(-1, n_groups)
        held = held - (at_job * _capacities(machines, [i for i, _ in program.committed])[:, None]).sum(0)
    rented = [machines[i] for i in program.rented]
    by_hour = _trimmed(question, rented, by_hour, held[groups.of_hour])
    rentals = [Rental(machine, counts) for machine, counts in zip(rented, by_hour, strict=True) if counts.any()]
    if question.job:
        own = np.rint(values[n_committed + n_rented + n_shared :]).astype(int)
        rentals += [
            Rental(machine, _spread(int(n), question.job.hours, len(question.load)), is_for_job=True)
            for machine, n in zip(rented, own, strict=True)
            if n
        ]
    return Fleet(commitments, tuple(rentals), 0)


def _capacities(machines: Sequence[Machine], chosen: Sequence[int]) -> Hours:
    return np.array([machines[i].tokens_per_hour for i in chosen])


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


def _spread(machine_hours: int, hours: int, plan_hours: int) -> Counts:
    """Return machines per hour that make up so many machine-hours as evenly as whole machines can, within the hours."""
    counts = np.zeros(plan_hours, dtype=int)
    counts[:hours] = machine_hours // hours
    counts[: machine_hours % hours] += 1
    return counts
