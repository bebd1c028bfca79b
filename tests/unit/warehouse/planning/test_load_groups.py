"""Hours are grouped without asking for a machine more, and merged ones have bounds on both sides."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from warehouse.planning.load_groups import boundaries, grouped, raised


@pytest.mark.parametrize("seed", range(20))
def test_raised_need_is_met_by_the_same_machines(seed: int) -> None:
    draw = np.random.default_rng(seed)
    capacities = draw.uniform(0.5, 3, 3).tolist()
    needs = draw.uniform(0, 6, 10)
    for need, more in zip(needs, raised(needs, capacities), strict=True):
        sums = [
            sum(n * c for n, c in zip(counts, capacities, strict=True))
            for counts in itertools.product(range(14), repeat=3)
        ]
        assert more == pytest.approx(min(s for s in sums if s >= need))


def test_need_of_very_many_machines_is_left_alone() -> None:
    needs = np.array([1e9, 2.5e8])
    assert raised(needs, [1.37, 2.11, 5.03]).tolist() == needs.tolist()


def test_periods_begin_and_end_with_commitments() -> None:
    assert boundaries(100, [0, 50], [80, 130], [20]) == [0, 20, 50, 80, 100]


def test_hours_alike_are_one_group() -> None:
    load = np.tile([1.0, 2.0], 50)
    groups = grouped(load, load / 2, [0, 50, 100], [1.0], [0.5], 100)
    assert groups.is_exact and len(groups.period) == 4 and groups.n_hours.tolist() == [25] * 4
    assert groups.total[groups.of_hour].tolist() == load.tolist()


def test_merged_hours_stay_in_their_period() -> None:
    # One period ends with reliable hours, and the next begins with others: both differences together are none.
    load, reliable = np.array([1.0, 1.1, 1.2, 1.3]), np.array([1.0, 1.1, 0.0, 0.0])
    groups = grouped(load, reliable, [0, 2, 4], [0.013], [0.013], 2)
    assert groups.period[groups.of_hour].tolist() == [0, 0, 1, 1]


def test_merged_hours_have_bounds_on_both_sides() -> None:
    load = np.random.default_rng(1).uniform(1, 100, 1000)
    reliable = load * np.where(np.arange(1000) % 7, 0.5, 1)
    groups = grouped(load, reliable, [0, 400, 1000], [0.0137], [0.0137], 40)
    assert not groups.is_exact and len(groups.period) <= 44
    for most, mean, least, needs in (
        (groups.total, groups.mean_total, groups.least_total, load),
        (groups.reliable, groups.mean_reliable, groups.least_reliable, reliable),
    ):
        assert (most[groups.of_hour] >= needs - 1e-9).all() and (least[groups.of_hour] <= needs + 1e-9).all()
        assert mean @ groups.n_hours == pytest.approx(needs.sum())
    assert (np.diff(groups.period[groups.of_hour]) >= 0).all()
    # Narrow groups: what busy hours add to the others is small.
    assert (groups.total[groups.of_hour] - load).mean() < 4
