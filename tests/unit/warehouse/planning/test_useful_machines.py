"""Machines that others replace are left out, and the best plan stays as good."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from tests.unit.warehouse.planning.test_optimizer import brute_force, small_case
from warehouse.planning.fleet import Machine
from warehouse.planning.useful_machines import considered, useful

ONE = Machine("on_demand", 1, 1)


@pytest.mark.parametrize("seed", range(40))
def test_best_plan_needs_no_other_machine(seed: int) -> None:
    question = small_case(seed)
    fewer = useful(question.machines, 4)
    assert brute_force(replace(question, machines=fewer)) == pytest.approx(brute_force(question))


@pytest.mark.parametrize(
    ("other", "stays"),
    [
        (Machine("on_demand", 2, 2), False),  # two of the smaller are the same
        (Machine("on_demand", 1.9, 2), True),
        (Machine("on_demand", 0.9, 0.5), True),  # smaller, and cheaper
        (Machine("on_demand", 1, 0.5), False),
        (Machine("spot", 1.1, 1), False),  # dearer than what nobody takes back
        (Machine("spot", 0.9, 1), True),
        (Machine("reserved", 1, 1, term_hours=100), False),  # no cheaper than by the hour
        (Machine("reserved", 0.9, 1, term_hours=100), True),
        (Machine("on_demand", 2, 2, stock=1), False),
        (Machine("on_demand", 1, 1, 5), True),  # does a job too
    ],
)
def test_machine_beside_a_smaller_one(other: Machine, stays: bool) -> None:
    assert (other in useful([ONE, other], 10)) is stays
    assert ONE in useful([ONE, other], 10) or other.job_tokens_per_hour


def test_few_machines_replace_nothing() -> None:
    few = Machine("on_demand", 0.1, 1, stock=3)
    assert useful([few, ONE], 10) == [few, ONE]


def test_short_term_replaces_a_longer_one_where_it_can_be_renewed() -> None:
    short, long = Machine("reserved", 0.8, 1, term_hours=10), Machine("reserved", 0.8, 1, term_hours=20)
    assert useful([short, long], 10) == [short]
    assert useful([short, long], 7) == [short, long]  # no start where the first term ends
    assert len(useful([short, replace(long, term_hours=25)], 10)) == 2


def test_of_two_alike_one_stays() -> None:
    assert len(useful([ONE, replace(ONE)], 10)) == 1


def test_of_very_many_machines_the_cheapest_for_each_need_are_considered() -> None:
    kinds = [Machine("on_demand", size**0.9, float(size), job_tokens_per_hour=1 / size) for size in range(1, 101)]
    few = considered(kinds, [1000, 3, 0])
    assert len(few) < 30
    for need in (1000, 3, 0):
        best = min(kinds, key=lambda m: m.usd_per_hour * max(1, math.ceil(need / m.tokens_per_hour)))
        assert best in few
    assert min(kinds, key=lambda m: m.usd_per_hour / m.job_tokens_per_hour) in few
    assert considered(kinds[:5], [10]) == kinds[:5]


def test_each_market_and_term_keeps_its_own() -> None:
    machines = [
        ONE,
        Machine("spot", 5, 1),
        Machine("reserved", 5, 1, term_hours=10),
        Machine("reserved", 9, 1, term_hours=20),
    ]
    assert considered(machines, [1]) == machines


def test_where_every_kind_is_scarce_all_are_kept() -> None:
    hosts = [Machine("on_demand", 1 + n / 100, 1, stock=1) for n in range(50)]
    assert considered(hosts, [40]) == hosts
    assert len(considered([*hosts, ONE], [40])) < 20
