"""A load by the hour: growth, days and spikes, each by hand."""

from __future__ import annotations

import numpy as np
import pytest

from warehouse.planning.load_curve import DailyShape, Growth, Spike, curve


def test_steady_load_is_the_same_in_every_hour() -> None:
    load = curve(2400, 3, DailyShape())
    assert load.tokens.tolist() == [100] * 72 and load.total == 7200 and not load.in_spike.any()


def test_day_has_its_mean_and_its_peak() -> None:
    load = curve(2400, 2, DailyShape(2, 8))
    assert load.tokens[:8].tolist() == [200] * 8 and load.tokens[8:24].tolist() == [50] * 16
    assert load.total == 4800 and load.peak == 200
    assert (load.tokens[24:] == load.tokens[:24]).all()


def test_growth_compounds_and_ends() -> None:
    load = curve(2400, 30, DailyShape(), Growth(0.5, 7, 14))
    assert load.tokens[[0, 7 * 24, 14 * 24, 29 * 24]] == pytest.approx([100, 150, 225, 225])
    assert load.tokens[84] == pytest.approx(100 * 1.5**0.5)
    assert curve(2400, 30, DailyShape(), Growth(-0.5, 10, 30)).tokens[240] == pytest.approx(50)


def test_spikes_multiply_the_load_and_the_larger_counts() -> None:
    load = curve(2400, 3, DailyShape(), None, [Spike(10, 24, 24), Spike(4, 36, 24)])
    assert load.tokens[[23, 24, 40, 47, 48, 59, 60]].tolist() == [100, 1000, 1000, 1000, 400, 400, 100]
    assert np.flatnonzero(load.in_spike).tolist() == list(range(24, 60))


def test_spike_beyond_the_plan_changes_nothing() -> None:
    assert curve(2400, 1, DailyShape(), None, [Spike(10, 240, 24)]).peak == 100


def test_spot_carries_its_share_and_no_spike() -> None:
    load = curve(2400, 2, DailyShape(), None, [Spike(10, 24, 1)])
    assert load.reliable(0.3, spot_in_spikes=False)[[0, 24]].tolist() == [70, 1000]
    assert load.reliable(0.3, spot_in_spikes=True)[[0, 24]].tolist() == [70, 700]
