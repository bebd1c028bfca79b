"""The plan of least cost against every possible plan of small cases, and its bound on large ones."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from warehouse.planning.fleet import Fleet, Machine
from warehouse.planning.optimizer import cheapest
from warehouse.planning.program import Question

CASES = 60


def serves(fleet: Fleet, question: Question) -> bool:
    """Whether every hour has what it needs, in all and without spot, and no stock is exceeded."""
    hours = np.arange(len(question.load))
    total, reliable = np.zeros(len(hours)), np.zeros(len(hours))
    for commitment in fleet.commitments:
        machine, first = commitment.machine, commitment.first_hour
        served = ((hours >= first) & (hours < first + machine.term_hours)) * machine.tokens_per_hour * commitment.count
        total, reliable = total + served, reliable + served
    for rental in fleet.rentals:
        if rental.is_for_job:
            continue
        served = rental.counts * rental.machine.tokens_per_hour
        total = total + served
        reliable = reliable + served * (rental.machine.market != "spot")
        assert rental.machine.stock is None or rental.counts.max() <= rental.machine.stock
    return bool((total >= question.load * (1 - 1e-6)).all() and (reliable >= question.reliable * (1 - 1e-6)).all())


def cover(total: float, reliable: float, rented: list[Machine]) -> float:
    """Try every count of every machine for one hour."""
    best = math.inf
    ranges = [
        range((m.stock if m.stock is not None else math.ceil(max(total, 0) / m.tokens_per_hour)) + 1) for m in rented
    ]
    for counts in itertools.product(*ranges):
        served = sum(n * m.tokens_per_hour for n, m in zip(counts, rented, strict=True))
        steady = sum(n * m.tokens_per_hour for n, m in zip(counts, rented, strict=True) if m.market != "spot")
        if served >= total - 1e-9 and steady >= reliable - 1e-9:
            best = min(best, sum(n * m.usd_per_hour for n, m in zip(counts, rented, strict=True)))
    return best


def brute_force(question: Question) -> float:
    """Try every count of every commitment at every start, and every mix in every hour."""
    rented = [m for m in question.machines if not m.term_hours]
    committed = [(m, start) for m in question.machines if m.term_hours for start in question.start_hours]
    peak, memo = question.load.max(), {}
    best = math.inf
    for counts in itertools.product(*(range(math.ceil(peak / m.tokens_per_hour) + 1) for m, _ in committed)):
        usd = sum(n * m.usd_per_hour * m.term_hours for n, (m, _) in zip(counts, committed, strict=True))
        for hour, (total, reliable) in enumerate(zip(question.load, question.reliable, strict=True)):
            held = sum(
                n * m.tokens_per_hour
                for n, (m, start) in zip(counts, committed, strict=True)
                if start <= hour < start + m.term_hours
            )
            need = (round(max(0.0, total - held), 9), round(max(0.0, reliable - held), 9))
            if need not in memo:
                memo[need] = cover(*need, rented)
            usd += memo[need]
            if usd >= best:
                break
        best = min(best, usd)
    return best


def small_case(seed: int) -> Question:
    """Return a load of eight hours with two or three kinds by the hour and one or two commitments."""
    draw = np.random.default_rng(seed)
    load = np.round(draw.uniform(0, 5, 8) * draw.choice([0, 1, 1, 2], 8), 2)
    sizes = draw.choice([0.7, 1.0, 1.3, 2.0], 3, replace=False)
    machines = [
        Machine("on_demand", float(np.round(size * draw.uniform(0.8, 1.2), 3)), float(size)) for size in sizes[:2]
    ]
    if seed % 3:
        machines.append(Machine("spot", float(np.round(sizes[2] * draw.uniform(0.3, 0.9), 3)), float(sizes[2])))
    terms = [4, 8] if seed % 2 else [4]
    machines += [
        Machine("reserved", float(np.round(draw.uniform(0.4, 1.0), 3)), 1.0, term_hours=term) for term in terms
    ]
    if seed % 5 == 0:
        machines.append(Machine("on_demand", 0.3, 1.0, stock=1))
    share = draw.choice([0.0, 0.5, 1.0])
    return Question(load, load * (1 - share), machines, (0, 4))


@pytest.mark.parametrize("seed", range(CASES))
def test_small_plans_cost_what_the_best_of_all_costs(seed: int) -> None:
    question = small_case(seed)
    fleet = cheapest(question)
    assert serves(fleet, question)
    assert fleet.usd == pytest.approx(brute_force(question), rel=1e-6)
    assert fleet.is_optimal
