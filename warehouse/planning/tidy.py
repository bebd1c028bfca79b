"""Leaves out kinds of machine that save next to nothing: each is one more to run, test and pay for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from warehouse.planning.fleet import Fleet, Rental, spread
from warehouse.planning.hour_cover import HourlyMachines
from warehouse.planning.load_curve import Hours
from warehouse.planning.program import Question


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
    while len(fleet.rentals) > 1:
        fewer = min(
            (_without(question, fleet, rental, held) for rental in fleet.rentals),
            key=lambda one: one.usd if one else math.inf,
        )
        if fewer is None or fewer.usd > most_usd:
            break
        fleet = fewer
    return fleet


def _without(question: Question, fleet: Fleet, absent: Rental, held: Hours) -> Fleet | None:
    """Return the fleet without one kind of machine; None where the others are too few."""
    machines = [rental.machine for rental in fleet.rentals if rental is not absent]
    market = HourlyMachines.of(machines, float(question.load.max(initial=0)))
    usd, counts = market.cover(question.load - held, question.reliable - held, is_quick=True)
    if not np.isfinite(usd).all():
        return None
    return replace(fleet, rentals=tuple(Rental(m, n) for m, n in zip(machines, counts, strict=True) if n.any()))


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
