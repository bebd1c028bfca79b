"""Costs what a plan is compared with: one pricing model alone, and the same fleet without one commitment."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from warehouse.planning.fleet import Commitment, Fleet, Machine, Market, Rental, spread
from warehouse.planning.hour_cover import HourlyMachines
from warehouse.planning.load_curve import Hours
from warehouse.planning.program import Question
from warehouse.planning.useful_machines import useful


def by_the_hour(question: Question, market: Market) -> Fleet | None:
    """Return the machines of one market, without commitments, that serve all hours; None where there are too few.

    Spot machines then serve all, whatever the plan allows them to.
    """
    machines = useful([m for m in question.machines if m.market == market], 1)
    if not machines:
        return None
    reliable = np.zeros(len(question.load)) if market == "spot" else question.load
    usd, counts = HourlyMachines.of(machines, float(question.load.max(initial=0))).cover(question.load, reliable)
    job = _job(question, machines)
    if job is None or not np.isfinite(usd).all():
        return None
    return Fleet((), (*(Rental(m, n) for m, n in zip(machines, counts, strict=True) if n.any()), *job), 0)


def _job(question: Question, machines: Sequence[Machine]) -> list[Rental] | None:
    """Return the one kind of machine that does the job for least; none without a job, None if none can."""
    if not question.job:
        return []
    rentals = []
    for machine in machines:
        if machine.job_tokens_per_hour > 0:
            hours = math.ceil(question.job.tokens / machine.job_tokens_per_hour * (1 - 1e-9))
            if machine.stock is None or hours <= machine.stock * question.job.hours:
                counts = spread(hours, question.job.hours, len(question.load))
                rentals.append(Rental(machine, counts, is_for_job=True))
    best = min(rentals, key=lambda rental: rental.usd, default=None)
    return None if best is None else [best]


def reserved_at_peak(question: Question) -> float | None:
    """Return USD of commitments that serve the busiest hour, renewed through the plan; None: there are none."""
    hours = len(question.load)
    machines = [m for m in question.machines if m.market == "reserved"]
    if not machines:
        return None
    held = useful([replace(m, usd_per_hour=_terms(m, hours), market="on_demand", term_hours=0) for m in machines], 1)
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


def saved(fleet: Fleet, question: Question, commitment: Commitment) -> Hours | None:
    """Return USD that a commitment has saved up to each hour of the plan; None where nothing could stand in for it.

    It saves, each hour, what the machines by the hour would cost more without it, everything else as planned. A
    commitment that is not in the fleet is judged as if it were added.
    """
    hours = len(question.load)
    base = sum((c.served(hours) for c in fleet.commitments if c is not commitment), np.zeros(hours))
    rented = [m for m in question.machines if not m.term_hours]
    market = HourlyMachines.of(rented, float(question.load.max(initial=0)))
    without, _ = market.cover(question.load - base, question.reliable - base, is_quick=True)
    base = base + commitment.served(hours)
    beside, _ = market.cover(question.load - base, question.reliable - base, is_quick=True)
    return np.cumsum(without - beside) if np.isfinite(without).all() else None


def pays_after(savings: Hours | None, usd: float) -> int | None:
    """Return after how many hours of the plan so many USD are saved; None: not within the plan."""
    if savings is None:
        return None
    reached = np.flatnonzero(savings >= usd * (1 - 1e-9))
    return int(reached[0]) + 1 if len(reached) else None


def usd_by_hour(fleet: Fleet, hours: int) -> Hours:
    """Return what a fleet costs in each hour; of a commitment equal parts, and what outlasts the plan in its last."""
    result = np.zeros(hours)
    for rental in fleet.rentals:
        result += rental.counts * rental.machine.usd_per_hour
    for commitment in fleet.commitments:
        end = commitment.first_hour + commitment.machine.term_hours
        result[commitment.first_hour : end] += commitment.count * commitment.machine.usd_per_hour
        result[-1] += commitment.count * commitment.machine.usd_per_hour * max(0, end - hours)
    return result
