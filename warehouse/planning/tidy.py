"""Leaves out kinds of machine that save next to nothing: each is one more to run, test and pay for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from warehouse.planning.fleet import Counts, Fleet, Machine, Rental, spread
from warehouse.planning.hour_cover import HourlyMachines
from warehouse.planning.load_curve import Hours
from warehouse.planning.program import Question

_SAMPLE = 400  # hours in which sets of machines are compared
_MANY = 6  # kinds of machine
_ERROR = 0.01  # share by which a sample's cost may be too high


def tidied(question: Question, fleet: Fleet, most_share: float) -> Fleet:
    """Return the fleet with fewer kinds of machine by the hour, for up to that share of the cost more.

    The kind whose absence costs least goes first. Commitments stay.
    """
    most_usd = fleet.usd * (1 + most_share)
    if most_share <= 0:
        return fleet
    fleet = replace(
        fleet, rentals=(*(r for r in fleet.rentals if not r.is_for_job), *_one_kind(question, fleet, most_usd))
    )
    if question.job is not None:
        return fleet  # its committed machines may be at the job: what they serve is not on record
    hours = len(question.load)
    held = sum((c.served(hours) for c in fleet.commitments), np.zeros(hours))
    total, reliable = question.load - held, question.reliable - held
    fixed = sum(commitment.usd for commitment in fleet.commitments)
    kinds = [rental.machine for rental in sorted(fleet.rentals, key=lambda rental: -rental.usd)]
    for machines in reversed(_ever_fewer(kinds, _sample(total, reliable), most_usd - fixed)):
        usd, counts = _market(machines, total).cover(total, reliable, is_quick=True)
        if fixed + usd.sum() <= most_usd:
            return replace(fleet, rentals=tuple(Rental(m, n) for m, n in zip(machines, counts, strict=True) if n.any()))
    return fleet


def _ever_fewer(machines: list[Machine], sample: tuple[Hours, Hours, Counts], most_usd: float) -> list[list[Machine]]:
    """Return ever smaller sets of these machines whose cost, by the sample, is at most about so many USD.

    machines: those that most is spent on first.
    """
    sets: list[list[Machine]] = []
    total, reliable, weights = sample
    # Of many, those that cost least in all are left out at once, if the others will do.
    if len(machines) > _MANY:
        usd, _ = _market(machines[:_MANY], total).cover(total, reliable, is_quick=True)
        if usd @ weights <= most_usd:
            machines = machines[:_MANY]
            sets.append(machines)
    while len(machines) > 1:
        best, least = machines, math.inf
        for absent in range(len(machines)):
            others = machines[:absent] + machines[absent + 1 :]
            usd, _ = _market(others, total).cover(total, reliable, is_quick=True)
            if (cost := float(usd @ weights)) < least:
                best, least = others, cost
        if least > most_usd * (1 + _ERROR):
            break
        machines = best
        sets.append(machines)
    return sets


def _market(machines: Sequence[Machine], load: Hours) -> HourlyMachines:
    return HourlyMachines.of(machines, float(load.max(initial=0)))


def _sample(total: Hours, reliable: Hours) -> tuple[Hours, Hours, Counts]:
    """Return the needs of hours that stand for all, of every size and the busiest among them, and for how many each."""
    share = np.round(reliable / np.where(total > 0, total, 1), 3)
    order = np.lexsort([total, share])
    evenly = np.linspace(0, len(order) - 1, min(len(order), _SAMPLE)).astype(int)
    chosen = np.unique(np.append(evenly, int(np.argmax(total[order]))))
    return total[order[chosen]], reliable[order[chosen]], np.diff(np.append(-1, chosen))


def _one_kind(question: Question, fleet: Fleet, most_usd: float) -> Sequence[Rental]:
    """Return the machines for the job: all of one kind, if that costs little enough."""
    rentals = [rental for rental in fleet.rentals if rental.is_for_job]
    if question.job is None or len(rentals) < 2:
        return rentals
    tokens = sum(float(r.counts.sum()) * r.machine.job_tokens_per_hour for r in rentals)
    others = fleet.usd - sum(rental.usd for rental in rentals)
    alone = []
    for machine in (rental.machine for rental in rentals):
        hours = math.ceil(tokens / machine.job_tokens_per_hour * (1 - 1e-9))
        if machine.stock is None or hours <= machine.stock * question.job.hours:
            counts = spread(hours, question.job.hours, len(question.load))
            alone.append(Rental(machine, counts, is_for_job=True))
    best = min(alone, key=lambda rental: rental.usd, default=None)
    return [best] if best and others + best.usd <= most_usd else rentals
