"""A load by the hour: tokens to serve as a business grows, through its days and over its spikes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Hours = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
DAY = 24  # hours


@dataclass(frozen=True, slots=True)
class Growth:
    """Growth by a share in every so many days, compounding by the hour, until a day of the plan."""

    share: float
    days: float
    until_day: float


@dataclass(frozen=True, slots=True)
class Spike:
    """Hours in which the load is a multiple of what it would be."""

    factor: float
    first_hour: int
    hours: int


@dataclass(frozen=True, slots=True)
class DailyShape:
    """Load within a day: peak_to_mean times the day's mean for its first peak_hours, and evenly less in the others."""

    peak_to_mean: float = 1
    peak_hours: int = 0

    def by_hour(self) -> Hours:
        """Return the load of each hour of a day as a multiple of the mean; the mean of all is 1."""
        shape = np.ones(DAY)
        if self.peak_hours:
            shape[: self.peak_hours] = self.peak_to_mean
            shape[self.peak_hours :] = (DAY - self.peak_hours * self.peak_to_mean) / (DAY - self.peak_hours)
        return shape


@dataclass(frozen=True, slots=True)
class Curve:
    """Tokens to serve in each hour, and whether the hour belongs to a spike."""

    tokens: Hours
    in_spike: Flags

    @property
    def total(self) -> float:
        """Tokens over all hours."""
        return float(self.tokens.sum())

    @property
    def peak(self) -> float:
        """Tokens in the busiest hour."""
        return float(self.tokens.max(initial=0))

    def reliable(self, spot_share: float, *, spot_in_spikes: bool) -> Hours:
        """Return the tokens of each hour that may not stand on spot machines; those carry a share of the others."""
        may_not = self.in_spike & (not spot_in_spikes)
        return self.tokens * np.where(may_not, 1, 1 - spot_share)


def curve(
    tokens_per_day: float,
    days: int,
    shape: DailyShape,
    growth: Growth | None = None,
    spikes: Sequence[Spike] = (),
) -> Curve:
    """Return the load of every hour: of tokens_per_day on the first day, grown, shaped by the day, and in spikes.

    Where two spikes meet, the larger counts.
    """
    hours = np.arange(days * DAY)
    tokens = np.full(len(hours), tokens_per_day / DAY) * np.tile(shape.by_hour(), days)
    if growth:
        grown_hours = np.minimum(hours, growth.until_day * DAY)
        with np.errstate(over="ignore"):  # beyond any number is infinite, which is refused
            tokens *= (1 + growth.share) ** (grown_hours / (growth.days * DAY))
    factors = np.ones(len(hours))
    for spike in spikes:
        part = slice(spike.first_hour, spike.first_hour + spike.hours)
        factors[part] = np.maximum(factors[part], spike.factor)
    return Curve(tokens * factors, factors > 1)
