"""Amounts that `gpuhour plan` reads: growth, spikes, budgets and the bounds of a load."""

from __future__ import annotations

import pytest

from pipelines.cli.plan_options import OwnOptions, PlanLoad, PlanOffers, budget_of, growth_of, spike_of
from pipelines.errors import UsageError


@pytest.mark.parametrize(
    ("text", "share", "days"),
    [("50%/week", 0.5, 7), ("10 % / month", 0.1, 365 / 12), ("2x/year", 1, 365), ("-5%/month", -0.05, 365 / 12),
     ("+1.5%/day", 0.015, 1)],
)  # fmt: skip
def test_growth_is_a_share_and_its_days(text: str, share: float, days: float) -> None:
    assert growth_of(text) == pytest.approx((share, days))


@pytest.mark.parametrize("text", ["", "50%", "50/week", "-2x/week", "0x/week", "-100%/week", "1e9%/week", "200x/day",
                                  "50%/fortnight", "9" * 40 + "%/week", "nan%/week", "50%/week; drop"])  # fmt: skip
def test_growth_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--growth"):
        growth_of(text)


@pytest.mark.parametrize(
    ("text", "factor", "first", "hours"),
    [("10x", 10, 0, 24), ("10x@30", 10, 696, 24), ("10X @ 30 + 3d", 10, 696, 72), ("1.5x@1+12h", 1.5, 0, 12)],
)
def test_spike_has_a_factor_a_day_and_a_length(text: str, factor: float, first: int, hours: int) -> None:
    spike = spike_of(text)
    assert (spike.factor, spike.first_hour, spike.hours) == (factor, first, hours)


@pytest.mark.parametrize(
    "text", ["", "10", "x", "1x", "0.5x", "2000x", "10x@0", "10x@9999", "10x@3+0h", "10x+3d", "10x@3+3w"]
)
def test_spike_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--spike"):
        spike_of(text)


def test_budget_is_of_a_year() -> None:
    assert [budget_of(t) for t in ("50M/year", "$50m / year", "1.2b/year", "900/year")] == [5e7, 5e7, 1.2e9, 900]
    assert budget_of("100k/month") == pytest.approx(1.2e6) and budget_of("1,000/day") == 365_000


@pytest.mark.parametrize(
    "text", ["50M", "0/year", "-5M/year", "1e9/year", "50MM/year", "9" * 30 + "/year", "99999b/day"]
)
def test_budget_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--budget"):
        budget_of(text)


@pytest.mark.parametrize(
    ("load", "words"),
    [
        (PlanLoad(tokens_per_day=0), "--tokens-per-day must be from 1 to"),
        (PlanLoad(tokens_per_day=float("nan")), "--tokens-per-day"),
        (PlanLoad(tokens_per_day=float("inf")), "--tokens-per-day"),
        (PlanLoad(job_tokens=-1), "--job-tokens"),
        (PlanLoad(tokens_per_day=1, days=0), "--days must be from 1 to 1095"),
        (PlanLoad(tokens_per_day=1, days=10_000), "--days"),
        (PlanLoad(job_tokens=1, days=5, deadline_days=6), "--deadline-days must be from 1 to the plan's 5"),
        (PlanLoad(tokens_per_day=1, peak_hours=24), "--peak-hours"),
        (PlanLoad(tokens_per_day=1, peak_to_mean=3.1), "beyond that 8 busy hours alone would exceed"),
        (PlanLoad(tokens_per_day=1, peak_to_mean=0.5), "--peak-to-mean"),
        (PlanLoad(tokens_per_day=1, growth="50%/week", growth_days=0), "--growth-days"),
        (PlanLoad(tokens_per_day=1e8, growth="50%/week"), "the load reaches .* tokens a day"),
        (PlanLoad(tokens_per_day=1e15, spike=("10x",)), "the load reaches"),
        (PlanLoad(tokens_per_day=1, spike=("2x",) * 51), "51 spikes"),
        (PlanLoad(tokens_per_day=1e-300), "--tokens-per-day must be from 1 to"),
        (PlanLoad(tokens_per_day=1, growth="100x/day", days=1000), "the load reaches inf tokens a day"),
        (PlanLoad(tokens_per_day=1, days=30, spike=("2x@30", "10x@31")), "10x@31 begins on day 31, beyond .* 30 days"),
        (PlanLoad(job_tokens=1, spike=("2x",)), "--spike changes nothing without --tokens-per-day"),
        (PlanLoad(job_tokens=1, growth="5%/week"), "--growth changes nothing without --tokens-per-day"),
        (PlanLoad(tokens_per_day=1, growth_days=5), "--growth-days changes nothing without --growth"),
        (PlanLoad(tokens_per_day=1, deadline_days=5), "--deadline-days changes nothing without --job-tokens"),
    ],
)
def test_impossible_loads_are_refused(load: PlanLoad, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        load.curve()


def test_load_of_a_job_alone_is_empty() -> None:
    curve = PlanLoad(job_tokens=1e9, days=14).curve()
    assert len(curve.tokens) == 14 * 24 and curve.total == 0


@pytest.mark.parametrize(
    ("offers", "words"),
    [
        (PlanOffers(discount=100), "--discount"), (PlanOffers(discount=float("nan")), "--discount"),
        (PlanOffers(spot_share=1.1), "--spot-share"), (PlanOffers(spot_loss=1), "--spot-loss"),
        (PlanOffers(tidy=0.6), "--tidy"), (PlanOffers(country="Atlantis"), "Atlantis"),
    ],
)  # fmt: skip
def test_impossible_offers_are_refused(offers: PlanOffers, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        offers.as_filter()


@pytest.mark.parametrize(
    ("own", "words"),
    [
        (OwnOptions(capex=1e5), "--capex needs a system"), (OwnOptions(power_kw=5), "--power-kw needs a system"),
        (OwnOptions("DGX B200", capex=0), "--capex"), (OwnOptions("DGX B200", power_kw=-1), "--power-kw"),
        (OwnOptions("DGX B200", capex=float("inf")), "--capex"),
    ],
)  # fmt: skip
def test_impossible_own_systems_are_refused(own: OwnOptions, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        own.check()
