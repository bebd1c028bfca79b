"""Options of `gpuhour plan`: the load, what may serve it, systems of one's own, and how amounts are written."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from pipelines.cli.options import DayOption
from pipelines.errors import UsageError
from pipelines.queries.filters import PriceFilter

if TYPE_CHECKING:
    from warehouse.planning.load_curve import Curve, DailyShape, Growth, Spike

MOST_DAYS = 1095  # three years
LEAST_TOKENS = 1
MOST_TOKENS = 1e15  # output tokens a day; all hosts together serve less
_MOST_SPIKES = 50
_DAYS = {"day": 1.0, "week": 7.0, "month": 365 / 12, "year": 365.0}
_TIMES = {"": 1.0, "k": 1e3, "m": 1e6, "b": 1e9}
_NUMBER = r"(\d{1,15}(?:\.\d{1,6})?)"


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class PlanLoad:
    """The load: tokens a day, how they grow and vary, and work that may wait."""

    tokens_per_day: Annotated[float | None, Parameter(help="Output tokens to serve on the first day.")] = None
    days: Annotated[int, Parameter(help=f"Length of the plan in days, up to {MOST_DAYS}.")] = 365
    growth: Annotated[
        str | None,
        Parameter(
            help="Compounding growth: 50%/week, 10%/month, 2x/year, -5%/month (default: none).",
            allow_leading_hyphen=True,
        ),
    ] = None
    growth_days: Annotated[int | None, Parameter(help="Days after which growth ends (default: never).")] = None
    spike: Annotated[
        tuple[str, ...],
        Parameter(
            help="A multiple of the load for some time: 10x@30+3d on day 30 for three days, 4x@1+12h for twelve hours, "
            "10x for the first day. May be given several times.",
            negative="",
            allow_leading_hyphen=False,
        ),
    ] = ()
    peak_to_mean: Annotated[float, Parameter(help="Load in the busy hours of a day over the day's mean.")] = 2
    peak_hours: Annotated[int, Parameter(help="Busy hours in a day, 0 to 23; 0: every hour is alike.")] = 8
    job_tokens: Annotated[
        float | None, Parameter(help="Output tokens of a batch job that may wait, beside or instead of the daily load.")
    ] = None
    deadline_days: Annotated[
        int | None, Parameter(help="Days in which the job must be done (default: the whole plan).")
    ] = None

    def curve(self) -> Curve:
        """Return the load by the hour. Raises UsageError for impossible values."""
        from warehouse.planning import load_curve

        if not 1 <= self.days <= MOST_DAYS:
            raise UsageError(f"--days must be from 1 to {MOST_DAYS}, not {self.days}")
        for option, tokens in (("--tokens-per-day", self.tokens_per_day), ("--job-tokens", self.job_tokens)):
            if tokens is not None and not LEAST_TOKENS <= tokens <= MOST_TOKENS:
                raise UsageError(f"{option} must be from {LEAST_TOKENS} to {MOST_TOKENS:g}, not {tokens:g}")
        self._refuse_idle_options()
        if self.deadline_days is not None and not 1 <= self.deadline_days <= self.days:
            raise UsageError(f"--deadline-days must be from 1 to the plan's {self.days} days, not {self.deadline_days}")
        curve = load_curve.curve(
            self.tokens_per_day or 0, self.days, self._shape(), self._growth(), [self._spike(s) for s in self._spikes()]
        )
        if not curve.peak * 24 <= MOST_TOKENS:
            raise UsageError(
                f"the load reaches {curve.peak * 24:.3g} tokens a day, beyond {MOST_TOKENS:g}: lower --growth or "
                "--spike, end growth with --growth-days, or shorten --days"
            )
        return curve

    def _refuse_idle_options(self) -> None:
        """Raise UsageError for options that change nothing: whoever gave them believes that they do."""
        for option, value, needed, there in (
            ("--growth", self.growth, "--tokens-per-day", self.tokens_per_day),
            ("--spike", self.spike or None, "--tokens-per-day", self.tokens_per_day),
            ("--growth-days", self.growth_days, "--growth", self.growth),
            ("--deadline-days", self.deadline_days, "--job-tokens", self.job_tokens),
        ):
            if value is not None and there is None:
                raise UsageError(f"{option} changes nothing without {needed}: add it, or leave {option} out")

    def _spike(self, text: str) -> Spike:
        spike = spike_of(text)
        if spike.first_hour >= self.days * 24:
            raise UsageError(
                f"--spike {text} begins on day {spike.first_hour // 24 + 1}, beyond the plan's {self.days} days: "
                "lengthen --days"
            )
        return spike

    def _shape(self) -> DailyShape:
        from warehouse.planning.load_curve import DailyShape

        if not 0 <= self.peak_hours <= 23:
            raise UsageError(f"--peak-hours must be from 0 to 23, not {self.peak_hours}")
        most = 24 / self.peak_hours if self.peak_hours else math.inf
        if not 1 <= self.peak_to_mean <= most:
            raise UsageError(
                f"--peak-to-mean must be from 1 to {most:g}, not {self.peak_to_mean:g}: beyond that {self.peak_hours} "
                "busy hours alone would exceed the day's tokens"
            )
        return DailyShape(self.peak_to_mean, self.peak_hours)

    def _growth(self) -> Growth | None:
        from warehouse.planning.load_curve import Growth

        if self.growth_days is not None and not 1 <= self.growth_days <= MOST_DAYS:
            raise UsageError(f"--growth-days must be from 1 to {MOST_DAYS}, not {self.growth_days}")
        if self.growth is None:
            return None
        share, days = growth_of(self.growth)
        return Growth(share, days, self.growth_days or self.days)

    def _spikes(self) -> tuple[str, ...]:
        if len(self.spike) > _MOST_SPIKES:
            raise UsageError(f"{len(self.spike)} spikes are more than {_MOST_SPIKES}")
        return self.spike


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class PlanOffers:
    """Options that choose what may be rented, and how far spot machines are trusted."""

    gpu: Annotated[str | None, Parameter(help="Only this GPU (default: all that hold the model).")] = None
    provider: Annotated[str | None, Parameter(help="Only this provider.")] = None
    country: Annotated[str | None, Parameter(help="Only this country, by ISO code or English name.")] = None
    continent: Annotated[
        str | None, Parameter(help="Only this continent: Africa, Asia, Europe, North America, Oceania, South America.")
    ] = None
    available: Annotated[
        bool, Parameter(negative="", help="Only what its provider shows as available; what is sold out never counts.")
    ] = False
    discount: Annotated[float, Parameter(help="Negotiated discount off the list prices, in percent.")] = 0
    as_of: Annotated[DayOption, Parameter(help="Prices in force on this UTC day (default: today).")] = None
    spot_share: Annotated[float, Parameter(help="Most of an hour's load that may stand on spot machines, 0 to 1.")] = (
        0.5
    )
    spot_loss: Annotated[
        float, Parameter(help="Share of spot machines' time lost to interruptions and spare ones, 0 to below 1.")
    ] = 0.15
    spot_in_spikes: Annotated[
        bool, Parameter(negative="", help="Trust spot machines in spikes too, although users wait.")
    ] = False
    commit: Annotated[bool, Parameter(help="Whether commitments may be made at all.")] = True
    tidy: Annotated[
        float, Parameter(help="Share of the cost that fewer kinds of machine may add; 0: the least cost of all.")
    ] = 0.01

    def as_filter(self) -> PriceFilter:
        """Return the filter that these options mean. Raises UsageError for unknown places or impossible shares."""
        if not 0 <= self.discount < 100:
            raise UsageError(f"--discount must be a percentage from 0 to below 100, not {self.discount:g}")
        if not 0 <= self.spot_share <= 1:
            raise UsageError(f"--spot-share must be a share from 0 to 1, not {self.spot_share:g}")
        if not 0 <= self.spot_loss < 1:
            raise UsageError(f"--spot-loss must be a share from 0 to below 1, not {self.spot_loss:g}")
        if not 0 <= self.tidy <= 0.5:
            raise UsageError(f"--tidy must be a share from 0 to 0.5, not {self.tidy:g}")
        return PriceFilter(provider=self.provider, country=self.country, continent=self.continent)


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class OwnOptions:
    """Systems of one's own, beside the plan."""

    own: Annotated[
        str | None,
        Parameter(help="Only this system: DGX H100, HGX H100 server, DGX H200, DGX B200, 8 x MI300X server."),
    ] = None
    capex: Annotated[float | None, Parameter(help="Its price in USD, where you know better or none is on record.")] = (
        None
    )
    power_kw: Annotated[float | None, Parameter(help="Its power at full load, in kW.")] = None

    def check(self) -> None:
        """Raise UsageError for impossible values, or values of no system."""
        for option, value, most in (("--capex", self.capex, 1e9), ("--power-kw", self.power_kw, 1e4)):
            if value is not None and not 0 < value <= most:
                raise UsageError(f"{option} must be above 0 and up to {most:g}, not {value:g}")
            if value is not None and self.own is None:
                raise UsageError(f"{option} needs a system: add --own, as in --own 'DGX B200'")


def growth_of(text: str) -> tuple[float, float]:
    """Return the share and the days in which the load grows by it: "50%/week" is (0.5, 7). Raises UsageError."""
    hit = re.fullmatch(rf"\s*([+-]?){_NUMBER}\s*(%|x)\s*/\s*(day|week|month|year)\s*", text.lower())
    if not hit or (hit[1] and hit[3] == "x"):
        raise UsageError(f"--growth {text!r} is not such as 50%/week, 10%/month, 2x/year or -5%/month")
    amount = float(hit[2])
    share = amount - 1 if hit[3] == "x" else (-1 if hit[1] == "-" else 1) * amount / 100
    if not -1 < share <= 100:
        raise UsageError(f"--growth {text} must leave some load, and be at most a hundredfold")
    return share, _DAYS[hit[4]]


def spike_of(text: str) -> Spike:
    """Return the spike that "10x", "10x@30", "10x@30+3d" or "4x@1+12h" means; days count from 1. Raises UsageError."""
    from warehouse.planning.load_curve import DAY, Spike

    hit = re.fullmatch(rf"\s*{_NUMBER}x(?:\s*@\s*(\d{{1,4}})(?:\s*\+\s*(\d{{1,5}})\s*([hd]))?)?\s*", text.lower())
    if not hit:
        raise UsageError(f"--spike {text!r} is not such as 10x, 10x@30, 10x@30+3d or 4x@1+12h")
    factor, day = float(hit[1]), int(hit[2] or 1)
    hours = int(hit[3] or 1) * (1 if hit[4] == "h" else DAY)
    if not (1 < factor <= 1000 and 1 <= day <= MOST_DAYS and hours):
        raise UsageError(
            f"--spike {text}: a multiple above 1 and up to 1000, from day 1 to {MOST_DAYS}, for an hour or more"
        )
    return Spike(factor, (day - 1) * DAY, hours)


def budget_of(text: str) -> float:
    """Return the USD a year that "50M/year" or "100k/month" means. Raises UsageError."""
    hit = re.fullmatch(rf"\s*\$?\s*{_NUMBER}\s*([kmb]?)\s*/\s*(day|week|month|year)\s*", text.lower().replace(",", ""))
    usd = float(hit[1]) * _TIMES[hit[2]] * 365 / _DAYS[hit[3]] if hit else 0.0
    if not 1 <= usd <= 1e12:
        raise UsageError(f"--budget {text!r} is not such as 50M/year or 100k/month")
    return usd
