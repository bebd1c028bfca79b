"""Finds the fleet that serves a load at least cost: a mixed-integer program, solved by HiGHS."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

import numpy as np

from warehouse.planning.fleet import Commitment, Counts, Fleet, Machine, Rental, spread
from warehouse.planning.hour_cover import HourlyMachines
from warehouse.planning.load_curve import Hours
from warehouse.planning.load_groups import Groups, boundaries, grouped
from warehouse.planning.program import GAP, Infeasible, Program, Question, capacities, program_of, solved

_MOST_GROUPS = 400
_MOST_TRIES = 200  # of one commitment more or less
_NEAR = 1e-3  # gap at which the relaxation's answer is good enough: offers' prices are no surer


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
        question.load, question.reliable, bounds, [m.tokens_per_hour for m in question.machines if m.tokens_per_hour],
        [m.tokens_per_hour for m in question.machines if m.market != "spot" and m.tokens_per_hour], _MOST_GROUPS,
    )  # fmt: skip
    program = program_of(question, starts, bounds, groups)
    if question.job:
        values, bound = solved(question, program, groups, groups.total, groups.reliable, bounds)
        fleet = _fleet(question, program, groups, values)
        if not groups.is_exact:
            bound = solved(question, program, groups, groups.mean_total, groups.mean_reliable, bounds, is_whole=False)[
                1
            ]
    else:
        relaxed, bound = solved(
            question, program, groups, groups.mean_total, groups.mean_reliable, bounds, is_whole=False
        )
        fleet = _completed(question, program, groups, [relaxed])
        if bound < fleet.usd * (1 - (GAP if groups.is_exact else _NEAR)):
            with suppress(Infeasible):  # out of time: the relaxation is there
                values, least = solved(question, program, groups, groups.least_total, groups.least_reliable, bounds)
                bound = max(bound, least)
                fleet = min(fleet, _completed(question, program, groups, [relaxed, values]), key=lambda one: one.usd)
    return Fleet(fleet.commitments, fleet.rentals, min(bound, fleet.usd))


def _completed(question: Question, program: Program, groups: Groups, guesses: Sequence[Hours]) -> Fleet:
    """Return the best fleet near the guessed commitments, with every hour's own machines. Raises Infeasible."""
    machines, n_committed = question.machines, len(program.committed)
    rented = [machines[i] for i in program.rented]
    by_the_hour = HourlyMachines.of(rented, float(question.load.max(initial=0)))
    served = program.covers * capacities(machines, [i for i, _ in program.committed])[:, None]
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


def _fleet(question: Question, program: Program, groups: Groups, values: Hours) -> Fleet:
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
