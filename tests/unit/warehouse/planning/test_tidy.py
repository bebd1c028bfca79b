"""Kinds of machine that save next to nothing are left out, within the share that is allowed."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.warehouse.planning.test_optimizer import serves, small_case
from warehouse.planning.fleet import Job, Machine
from warehouse.planning.optimizer import cheapest
from warehouse.planning.program import Question
from warehouse.planning.tidy import tidied


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("share", [0.05, 0.5])
def test_tidied_fleet_serves_for_little_more(seed: int, share: float) -> None:
    question = small_case(seed)
    best = cheapest(question)
    fleet = tidied(question, best, share)
    assert serves(fleet, question)
    assert best.usd <= fleet.usd <= best.usd * (1 + share) * (1 + 1e-9)
    assert len(fleet.rentals) <= len(best.rentals) and fleet.commitments == best.commitments
    assert fleet.lower_bound_usd == best.lower_bound_usd


def test_small_machine_that_saves_a_thousandth_goes() -> None:
    load = np.array([100.0] * 9 + [100.4])
    question = Question(load, load, [Machine("on_demand", 10, 10), Machine("on_demand", 9.5, 1)])
    best = cheapest(question)
    assert len(best.rentals) == 2
    assert len(tidied(question, best, 0.01).rentals) == 1
    assert tidied(question, best, 0) == best


def test_job_is_done_on_one_kind() -> None:
    nothing = np.zeros(24)
    machines = [Machine("spot", 1, 0, 10), Machine("on_demand", 1.5, 0, 12)]
    question = Question(nothing, nothing, machines, job=Job(212, 24))
    best = cheapest(question)
    fleet = tidied(question, best, 0.03)
    assert len(best.rentals) == 2 and best.usd == 20 + 1.5
    assert [(r.machine.market, int(r.counts.sum())) for r in fleet.rentals] == [("spot", 22)]
    assert tidied(question, best, 0.03).usd == 22
