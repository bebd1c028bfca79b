"""Costs what a plan is compared with: one pricing model alone, and the same fleet without one commitment."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from warehouse.planning.fleet import Commitment, Fleet, Machine, Market
from warehouse.planning.hour_cover import HourlyMachines
from warehouse.planning.load_curve import Hours
from warehouse.planning.optimizer import Question


def by_the_hour(question: Question, market: Market) -> float | None:
    """Return USD of serving all hours on machines of one market without commitments; None where there are too few.

    Spot machines then serve all, whatever the plan allows them to.
    """
    machines = [m for m in question.machines if m.market == market]
    if not machines:
        return None
    nothing = np.zeros(len(question.load))
    reliable = nothing if market == "spot" else question.load
    usd, _ = HourlyMachines.of(machines, float(question.load.max(initial=0))).cover(question.load, reliable)
    job = _job_usd(question, machines, {id(m): m.usd_per_hour for m in machines})
    return None if job is None or not np.isfinite(usd).all() else float(usd.sum()) + job


def reserved_at_peak(question: Question) -> float | None:
    """Return USD of commitments that serve the busiest hour, held and renewed through the plan; None: there are none."""
    hours = len(question.load)
    machines = [m for m in question.machines if m.market == "reserved"]
    held = [replace(m, usd_per_hour=_terms(m, hours), market="on_demand") for m in machines]
    if not machines:
        return None
    peak = np.array([question.load.max(initial=0)])
    usd, _ = HourlyMachines.of(held, float(peak[0])).cover(peak, peak)
    extra = 0.0
    if question.job:
        until = question.job.hours
        costs = [
            math.ceil(question.job.tokens / (m.job_tokens_per_hour * until)) * _terms(m, until)
            for m in machines
            if m.job_tokens_per_hour
        ]
        extra = min(costs, default=math.inf)
    total = float(usd[0]) + extra
    return total if math.isfinite(total) else None


def _terms(machine: Machine, hours: int) -> float:
    """Return USD of holding a machine for so many hours, in whole terms."""
    return machine.usd_per_hour * machine.term_hours * math.ceil(hours / machine.term_hours)


def _job_usd(question: Question, machines: Sequence[Machine], usd_per_hour: dict[int, float]) -> float | None:
    """Return USD of the job on the kind of machine that does it for least; 0 without a job, None if none can."""
    if not question.job:
        return 0.0
    costs = [
        math.ceil(question.job.tokens / m.job_tokens_per_hour) * usd_per_hour[id(m)]
        for m in machines
        if m.job_tokens_per_hour > 0
        and (m.stock is None or m.stock * question.job.hours * m.job_tokens_per_hour >= question.job.tokens)
    ]
    return min(costs, default=None)


def pays_after(fleet: Fleet, question: Question, commitment: Commitment) -> int | None:
    """Return after how many hours of the plan a commitment has saved its whole price; None: not within the plan.

    It saves, each hour, what the machines by the hour would cost more without it, everything else as planned. A
    commitment that is not in the fleet is judged as if it were added.
    """
    hours = len(question.load)
    others = [c for c in fleet.commitments if c is not commitment]
    base = sum((served(c, hours) for c in others), np.zeros(hours))
    rented = [m for m in question.machines if not m.term_hours]
    market = HourlyMachines.of(rented, float(question.load.max(initial=0)))
    without, _ = market.cover(question.load - base, question.reliable - base)
    base = base + served(commitment, hours)
    beside, _ = market.cover(question.load - base, question.reliable - base)
    if not np.isfinite(without).all():
        return None  # without it there are too few machines: nothing to compare it with
    saved = np.cumsum(without - beside)
    reached = np.flatnonzero(saved >= commitment.usd * (1 - 1e-9))
    return int(reached[0]) + 1 if len(reached) else None


def served(commitment: Commitment, hours: int) -> Hours:
    """Return the tokens that a commitment can serve in each hour of the plan."""
    result = np.zeros(hours)
    first, machine = commitment.first_hour, commitment.machine
    result[first : first + machine.term_hours] = commitment.count * machine.tokens_per_hour
    return result


def usd_by_hour(fleet: Fleet, hours: int) -> Hours:
    """Return what a fleet costs in each hour; a commitment in equal parts, and what outlasts the plan in its last hour."""
    result = np.zeros(hours)
    for rental in fleet.rentals:
        result += rental.counts * rental.machine.usd_per_hour
    for commitment in fleet.commitments:
        end = commitment.first_hour + commitment.machine.term_hours
        result[commitment.first_hour : end] += commitment.count * commitment.machine.usd_per_hour
        result[-1] += commitment.count * commitment.machine.usd_per_hour * max(0, end - hours)
    return result
