"""The plan of least cost against every possible plan of small cases, and its bound on large ones."""

from __future__ import annotations

import itertools
import math
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.effort import examples
from warehouse.planning import optimizer, program
from warehouse.planning.fleet import Fleet, Job, Machine
from warehouse.planning.load_curve import DailyShape, Growth, Spike, curve
from warehouse.planning.optimizer import cheapest
from warehouse.planning.program import Infeasible, Question

CASES = 60


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine must not change which plan of a small case is proven to be the best."""
    monkeypatch.setattr(program, "_SECONDS", 60.0)


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
    peak = question.load.max()
    memo: dict[tuple[float, float], float] = {}
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


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("seed", range(CASES))
def test_small_plans_cost_what_the_best_of_all_costs(seed: int) -> None:
    question = small_case(seed)
    fleet = cheapest(question)
    assert serves(fleet, question)
    assert fleet.usd == pytest.approx(brute_force(question), rel=1e-6)
    assert fleet.is_optimal


@pytest.mark.long
@pytest.mark.usefixtures("patient")
def test_more_small_plans_than_a_list_of_seeds_has() -> None:
    """The same for cases that nobody picked: the draw is Hypothesis's."""

    @settings(max_examples=examples(20, 200))
    @given(st.integers(1000, 10**6))
    def check(seed: int) -> None:
        question = small_case(seed)
        assert cheapest(question).usd == pytest.approx(brute_force(question), rel=1e-6)

    check()


def jobs_alone(question: Question) -> float:
    """Try every number of machine-hours of two kinds for a job without a load."""
    assert question.job
    first, second = question.machines
    best = math.inf
    for hours in range(math.ceil(question.job.tokens / first.job_tokens_per_hour) + 1):
        rest = max(
            0, math.ceil((question.job.tokens - hours * first.job_tokens_per_hour) / second.job_tokens_per_hour - 1e-9)
        )
        best = min(best, hours * first.usd_per_hour + rest * second.usd_per_hour)
    return best


@pytest.mark.parametrize("seed", range(10))
def test_job_alone_takes_the_cheapest_machine_hours(seed: int) -> None:
    draw = np.random.default_rng(seed)
    kinds = [
        Machine("on_demand", float(draw.uniform(1, 3)), 0, job_tokens_per_hour=float(draw.uniform(5, 20))),
        Machine("spot", float(draw.uniform(0.5, 2)), 0, job_tokens_per_hour=float(draw.uniform(3, 15))),
    ]
    nothing = np.zeros(48)
    question = Question(nothing, nothing, kinds, job=Job(float(draw.uniform(50, 400)), 24))
    fleet = cheapest(question)
    assert fleet.usd == pytest.approx(jobs_alone(question), rel=1e-6)
    made = sum(r.counts.sum() * r.machine.job_tokens_per_hour for r in fleet.rentals)
    assert made >= question.job.tokens * (1 - 1e-9)  # type: ignore[union-attr]
    assert all(not r.counts[24:].any() for r in fleet.rentals)


def test_job_works_on_committed_machines_that_the_load_leaves_idle() -> None:
    load = np.tile([10.0, 0.0], 12)
    machines = [Machine("on_demand", 3, 10, job_tokens_per_hour=10), Machine("reserved", 1, 10, 10, term_hours=24)]
    alone = cheapest(Question(load, load, machines))
    both = cheapest(Question(load, load, machines, job=Job(120, 24)))
    # One machine for the day serves the load in half of the hours and the job in the others.
    assert alone.usd == both.usd == 24
    assert cheapest(Question(load, load, machines, job=Job(130, 24))).usd == 24 + 3


def job_work(fleet: Fleet, question: Question) -> float:
    """Return the most of a job that a fleet can do in time, where machines work on it as fast as they serve."""
    assert question.job
    hours = len(question.load)
    held = sum((c.served(hours) for c in fleet.commitments), np.zeros(hours))
    rented = sum((r.counts * r.machine.tokens_per_hour for r in fleet.rentals if not r.is_for_job), np.zeros(hours))
    idle = np.maximum(0, held - np.maximum(0, question.load - rented))[: question.job.hours].sum()
    own = [
        (r.counts * r.machine.job_tokens_per_hour)[: question.job.hours].sum() for r in fleet.rentals if r.is_for_job
    ]
    return float(idle + sum(own))


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("most_groups", [400, 3])
@pytest.mark.parametrize("seed", range(30))
def test_load_and_job_are_both_served(seed: int, most_groups: int, monkeypatch: pytest.MonkeyPatch) -> None:
    question = small_case(seed)
    machines = [replace(m, job_tokens_per_hour=m.tokens_per_hour) for m in question.machines]
    job = Job(3.0 + seed, 6)
    question = replace(question, machines=machines, job=job)
    monkeypatch.setattr(optimizer, "_MOST_GROUPS", most_groups)
    fleet = cheapest(question)
    assert serves(fleet, question) and job_work(fleet, question) >= job.tokens * (1 - 1e-6)
    assert fleet.is_optimal or most_groups < 8
    assert fleet.lower_bound_usd <= fleet.usd <= cheapest(replace(question, job=None)).usd + 2.5 * job.tokens


def test_deadline_counts() -> None:
    nothing = np.zeros(48)
    machines = [Machine("reserved", 1, 0, 10, term_hours=24), Machine("on_demand", 5, 0, 10)]
    late = Question(nothing, nothing, machines, (0, 24), Job(240, 48))
    assert cheapest(late).usd == 24
    assert cheapest(replace(late, job=Job(240, 12))).usd == 48  # two committed machines are cheaper than 24 hours at 5


def test_spot_stays_within_its_share_and_out_of_spikes() -> None:
    load = np.array([10.0, 10.0, 40.0])
    reliable = load * np.array([0.5, 0.5, 1.0])
    fleet = cheapest(Question(load, reliable, [Machine("on_demand", 2, 5), Machine("spot", 1, 5)]))
    (steady,) = (r for r in fleet.rentals if r.machine.market == "on_demand")
    (spot,) = (r for r in fleet.rentals if r.machine.market == "spot")
    assert steady.counts.tolist() == [1, 1, 8] and spot.counts.tolist() == [1, 1, 0]


def test_commitment_starts_when_the_load_does() -> None:
    load = np.concatenate([np.full(10, 1.0), np.full(20, 10.0)])
    machines = [Machine("on_demand", 2, 1), Machine("reserved", 1, 1, term_hours=10)]
    fleet = cheapest(Question(load, load, machines, (0, 10, 20)))
    assert [(c.first_hour, c.count) for c in fleet.commitments] == [(0, 1), (10, 10), (20, 10)]
    assert fleet.usd == 10 + 100 + 100 and fleet.is_optimal


def test_what_outlasts_the_plan_is_paid_in_it() -> None:
    load = np.full(10, 1.0)
    machines = [Machine("on_demand", 2, 1), Machine("reserved", 1, 1, term_hours=30)]
    fleet = cheapest(Question(load, load, machines))
    assert not fleet.commitments and fleet.usd == 20  # 30 hours at 1 would be dearer than 10 at 2


@pytest.mark.parametrize(
    ("machines", "words"),
    [
        ([Machine("on_demand", 1, 5, stock=1)], "stock is too small: the 1 machines on record serve 5 tokens an hour"),
        ([Machine("spot", 1, 5)], "no machine that nobody takes back"),
        ([Machine("spot", 1, 5), Machine("on_demand", 1, 5, stock=1)], "the 1 machines that nobody takes back"),
        ([], "no machine can be rented"),
    ],
)
def test_too_few_machines_are_told_with_numbers(machines: list[Machine], words: str) -> None:
    load = np.array([1.0, 20.0])
    with pytest.raises(Infeasible, match=words):
        cheapest(Question(load, load * 0.6, machines))


YEAR = curve(2e9, 365, DailyShape(2, 8), Growth(0.1, 365 / 12, 365), [Spike(10, 720, 72)])
KINDS = [
    Machine("on_demand", 20, 1e7), Machine("on_demand", 2.9, 1.2e6), Machine("on_demand", 0.8, 2.9e5),
    Machine("spot", 11, 0.85e7), Machine("spot", 1.6, 1e6), Machine("reserved", 17, 1e7, term_hours=730),
    Machine("reserved", 13, 1e7, term_hours=8760), Machine("reserved", 15, 1e7, term_hours=4380),
]  # fmt: skip


def test_year_by_the_hour_takes_two_seconds_and_states_how_good_it_is() -> None:
    import scipy.optimize  # noqa: F401 -- its import is not the plan's

    question = Question(
        YEAR.tokens, YEAR.tokens * np.where(YEAR.in_spike, 1, 0.5), KINDS, tuple(range(0, 8760, 730))
    )  # fmt: skip
    began = time.process_time()
    fleet = cheapest(question)
    assert time.process_time() - began < 2
    assert serves(fleet, question)
    assert 0 < fleet.lower_bound_usd <= fleet.usd and fleet.gap < 0.02
    assert fleet.commitments and {r.machine.market for r in fleet.rentals} == {"on_demand", "spot"}


@pytest.mark.parametrize("seed", range(8))
def test_bound_of_merged_hours_is_never_above_the_least_cost(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    question = small_case(seed)
    best = brute_force(question)
    monkeypatch.setattr(optimizer, "_MOST_GROUPS", 3)
    fleet = cheapest(question)
    assert serves(fleet, question)
    assert fleet.lower_bound_usd <= best * (1 + 1e-6) <= fleet.usd * (1 + 2e-6)


def test_many_scarce_hosts_serve_together() -> None:
    load = np.concatenate([np.full(12, 30.0), np.full(12, 45.5)])
    hosts = [Machine("on_demand", 1 + n / 100, 1, stock=1) for n in range(50)]
    fleet = cheapest(Question(load, load, hosts))
    assert serves(fleet, Question(load, load, hosts))
    assert fleet.usd == pytest.approx(
        12 * sum(1 + n / 100 for n in range(30)) + 12 * sum(1 + n / 100 for n in range(46))
    )
