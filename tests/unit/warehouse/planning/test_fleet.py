"""What a fleet costs and serves, and how its hours are summed up."""

from __future__ import annotations

import numpy as np
import pytest

from warehouse.planning.fleet import Commitment, Fleet, Machine, Rental, Stretch, spread

MACHINE = Machine("on_demand", 2, 10)
YEARLY = Machine("reserved", 1, 10, term_hours=6)


def test_fleet_costs_its_parts() -> None:
    fleet = Fleet((Commitment(YEARLY, 2, 3),), (Rental(MACHINE, np.array([1, 0, 2])),), 20)
    assert fleet.usd == 3 * 6 + 2 * 3 and fleet.gap == pytest.approx(1 - 20 / 24) and not fleet.is_optimal
    assert Fleet(fleet.commitments, fleet.rentals, 24).is_optimal and Fleet((), (), 0).gap == 0


def test_commitment_serves_its_term_within_the_plan() -> None:
    assert Commitment(YEARLY, 2, 3).served(10).tolist() == [0, 0, *[30] * 6, 0, 0]
    assert Commitment(YEARLY, 7, 1).served(10).tolist() == [0] * 7 + [10] * 3


def test_stretches_are_joined_where_as_many_are_rented() -> None:
    counts = np.array([0, 2, 2, 1, 2, 2, 3, 0, 0, 0, 0, 0])
    assert Rental(MACHINE, counts).stretches(3) == [Stretch(1, 5, 2, 1, 9), Stretch(6, 6, 3, 3, 3)]
    assert Rental(MACHINE, np.zeros(5, dtype=int)).stretches(2) == []
    assert sum(s.machine_hours for s in Rental(MACHINE, counts).stretches(5)) == counts.sum()


def test_machine_hours_are_spread_evenly() -> None:
    assert spread(7, 3, 5).tolist() == [3, 2, 2, 0, 0] and spread(0, 3, 5).sum() == 0
