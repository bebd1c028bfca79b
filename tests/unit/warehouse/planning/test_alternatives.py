"""What a plan is compared with, and when a commitment has paid for itself: each by hand or by every possible mix."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.warehouse.planning.test_optimizer import cover, small_case
from warehouse.planning.alternatives import by_the_hour, pays_after, reserved_at_peak, saved, usd_by_hour
from warehouse.planning.fleet import Commitment, Fleet, Job, Machine, Market, Rental
from warehouse.planning.optimizer import cheapest
from warehouse.planning.program import Question

HOURLY, YEARLY = Machine("on_demand", 2, 1), Machine("reserved", 1, 1, term_hours=100)


def usd(question: Question, market: Market) -> float:
    fleet = by_the_hour(question, market)
    assert fleet is not None
    return fleet.usd


@pytest.mark.parametrize("seed", range(20))
def test_one_market_alone_is_served_at_least_cost(seed: int) -> None:
    question = small_case(seed)
    steady = [m for m in question.machines if m.market == "on_demand"]
    expected = sum(cover(float(need), float(need), steady) for need in question.load)
    assert usd(question, "on_demand") == pytest.approx(expected)


def test_spot_alone_serves_all_whatever_may_stand_on_it() -> None:
    load = np.array([1.0, 3.0])
    question = Question(load, load, [HOURLY, Machine("spot", 1, 1)])
    assert usd(question, "spot") == 4
    assert by_the_hour(Question(load, load, [HOURLY]), "spot") is None
    assert by_the_hour(Question(load, load, [Machine("on_demand", 1, 1, stock=2)]), "on_demand") is None


def test_quiet_hours_are_served_beside_a_peak_that_is_very_many_times_as_busy() -> None:
    load = np.array([1e3, 1e3, 2e13])  # half a billionth of the peak needs a machine all the same
    machines = [Machine("on_demand", 2, 1e6), Machine("spot", 1, 1e6)]
    assert usd(Question(load, load, machines[:1]), "on_demand") == pytest.approx(2 + 2 + 2 * 2e7)
    rentals = cheapest(Question(load, load / 2, machines)).rentals
    assert np.sum([rental.counts for rental in rentals], axis=0).min() == 1


def test_peak_is_reserved_and_renewed() -> None:
    load = np.full(250, 2.0)
    load[7] = 5
    assert reserved_at_peak(Question(load, load, [HOURLY, YEARLY])) == 5 * 3 * 100
    assert reserved_at_peak(Question(load, load, [HOURLY])) is None


def test_job_is_done_in_the_same_market() -> None:
    nothing = np.zeros(20)
    machines = [Machine("on_demand", 2, 0, 10), Machine("spot", 1, 0, 4), Machine("reserved", 1, 0, 10, term_hours=10)]
    question = Question(nothing, nothing, machines, job=Job(100, 5))
    assert usd(question, "on_demand") == 20 and usd(question, "spot") == 25
    assert reserved_at_peak(question) == 2 * 10  # two machines for five hours, rented for ten


def test_commitment_pays_when_its_price_is_saved() -> None:
    load = np.full(100, 1.0)
    question = Question(load, load, [HOURLY, YEARLY])
    fleet = cheapest(question)
    (commitment,) = fleet.commitments
    savings = saved(fleet, question, commitment)
    assert savings is not None and savings[-1] == 200
    assert pays_after(savings, commitment.usd) == 50  # 2 USD an hour are saved, 100 paid
    assert pays_after(savings, 200) == 100 and pays_after(savings, 201) is None


def test_commitment_that_is_not_planned_is_judged_as_if_added() -> None:
    load = np.zeros(100)
    load[::4] = 1
    question = Question(load, load, [HOURLY, YEARLY])
    fleet = cheapest(question)
    assert not fleet.commitments
    savings = saved(fleet, question, Commitment(YEARLY, 0, 1))
    assert savings is not None and savings[-1] == 50 and pays_after(savings, YEARLY.usd_per_hour * 100) is None


def test_without_other_machines_nothing_is_compared() -> None:
    load = np.ones(10)
    question = Question(load, load, [YEARLY])
    fleet = cheapest(question)
    assert saved(fleet, question, fleet.commitments[0]) is None and pays_after(None, 1) is None


def test_every_usd_of_a_fleet_falls_in_an_hour() -> None:
    fleet = Fleet((Commitment(YEARLY, 10, 2),), (Rental(HOURLY, np.array([1, 0, 3] + [0] * 17)),), 0)
    by_hour = usd_by_hour(fleet, 20)
    assert by_hour.sum() == fleet.usd == 2 * 100 + 8
    assert by_hour[:3].tolist() == [2, 0, 6] and by_hour[10] == 2 and by_hour[-1] == 2 + 2 * 90
