"""Finds the fleet that serves a load at least cost: a mixed-integer program, solved by HiGHS."""

from __future__ import annotations

import math
from contextlib import suppress

from warehouse.planning.completion import completed
from warehouse.planning.fleet import Fleet
from warehouse.planning.load_groups import boundaries, grouped
from warehouse.planning.program import GAP, Infeasible, Question, program_of, solved
from warehouse.planning.stated_fleet import stated

_MOST_GROUPS = 400
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
    relaxed, bound = solved(question, program, groups, groups.mean_total, groups.mean_reliable, bounds, is_whole=False)
    fleet = completed(question, program, groups, [relaxed])
    if bound < fleet.usd * (1 - (GAP if groups.is_exact else _NEAR)):
        with suppress(Infeasible):  # out of time: the relaxation is there
            values, least = solved(question, program, groups, groups.least_total, groups.least_reliable, bounds)
            bound, others = max(bound, least), [completed(question, program, groups, [relaxed, values])]
            if groups.is_exact:  # the program's own answer, in which a job shares machines freely
                others.append(stated(question, program, groups, values))
            fleet = min((fleet, *others), key=lambda one: one.usd)
    if fleet.usd == math.inf:
        raise Infeasible("no mix of these machines was found for the busiest hours or the job")
    return Fleet(fleet.commitments, fleet.rentals, min(bound, fleet.usd))


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
