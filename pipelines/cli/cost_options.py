"""The prices that a cost is computed from: those in force for the chosen GPUs, or one that the user states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from cyclopts import Parameter

from pipelines.cli.console import current_day, known_slug, published_database, say
from pipelines.cli.options import DayOption, HomeOption
from pipelines.errors import UsageError
from pipelines.queries.filters import SOLD_OUT, PriceFilter


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class PriceOptions:
    """Options that choose prices: provider, pricing model, discount and day."""

    provider: Annotated[str | None, Parameter(help="Only this provider.")] = None
    country: Annotated[str | None, Parameter(help="Only this country, by ISO code or English name.")] = None
    continent: Annotated[
        str | None, Parameter(help="Only this continent: Africa, Asia, Europe, North America, Oceania, South America.")
    ] = None
    pricing_model: Annotated[str, Parameter(help="on_demand, spot or reserved.")] = "on_demand"
    available: Annotated[
        bool, Parameter(negative="", help="Leave out what its provider shows as sold out or by waiting list.")
    ] = False
    discount: Annotated[float, Parameter(help="Negotiated discount off the list price, in percent.")] = 0
    as_of: Annotated[DayOption, Parameter(help="Prices in force on this UTC day (default: today).")] = None
    usd_per_gpu_hour: Annotated[Decimal | None, Parameter(help="Your own price instead of the recorded ones.")] = None

    def as_filter(self, gpu: str | None = None) -> PriceFilter:
        """Return the filter that these options mean. Raises UsageError for unknown places."""
        return PriceFilter(
            gpu=gpu,
            provider=self.provider,
            pricing_model=self.pricing_model,
            country=self.country,
            continent=self.continent,
        )

    def check(self) -> None:
        """Raise UsageError for an impossible discount or price."""
        if not 0 <= self.discount < 100:
            raise UsageError(f"--discount must be a percentage from 0 to below 100, not {self.discount:g}")
        if self.usd_per_gpu_hour is not None and not (self.usd_per_gpu_hour.is_finite() and self.usd_per_gpu_hour > 0):
            raise UsageError(f"--usd-per-gpu-hour must be above 0, not {self.usd_per_gpu_hour}")


def priced_specs(wanted: PriceOptions, home: HomeOption) -> list[str]:
    """Return the names of the specs of all GPUs with a price. Raises UsageError if the user states the price."""
    if wanted.usd_per_gpu_hour is not None:
        raise UsageError("--usd-per-gpu-hour needs a GPU: add --gpu, as in --gpu H100")
    with published_database(home) as con:
        rows = con.execute("select distinct spec from marts.priced_gpus where spec is not null order by 1").fetchall()
    return [name for (name,) in rows]


def server_offers(
    wanted: PriceOptions, specs: Sequence[str], sizes: Sequence[int], home: HomeOption, every: bool
) -> list[dict[str, Any]]:
    """Return the lowest price per spec and server size, per provider if `every`; discounted; for `query.ask`."""
    return _offers(wanted, specs, sizes, home, every, is_training=False)


def training_offers(
    wanted: PriceOptions, specs: Sequence[str], gpus: int, home: HomeOption, every: bool
) -> list[dict[str, Any]]:
    """Return the lowest price per spec for one training run, and per provider too if `every`; for `training.runs`."""
    return _offers(wanted, specs, [gpus], home, every, is_training=True)


def _offers(
    wanted: PriceOptions, specs: Sequence[str], sizes: Sequence[int], home: HomeOption, every: bool, is_training: bool
) -> list[dict[str, Any]]:
    from pipelines.queries import cost_prices

    wanted.check()
    if wanted.usd_per_gpu_hour is not None:
        own = {"usd_per_gpu_hour": wanted.usd_per_gpu_hour}
        tps = [None] if is_training else sizes
        return [_discounted(own | {"spec": spec, "tp": tp}, wanted.discount) for spec in specs for tp in tps]
    prices = wanted.as_filter()
    with published_database(home) as con:
        day = wanted.as_of or current_day(con)
        rows = (
            cost_prices.for_training(con, prices, day, specs, sizes[0], every)
            if is_training
            else cost_prices.for_servers(con, prices, day, specs, sizes, every)
        )
    if wanted.available:
        rows = [row for row in rows if row["availability"] not in SOLD_OUT]
    if not rows and wanted.provider:
        known_slug(wanted.provider)
    if absent := sorted(set(specs) - {row["spec"] for row in rows}):
        at_provider = f" at {wanted.provider}" if wanted.provider else ""
        at_provider += "".join(f" in {place}" for place in (wanted.country, wanted.continent) if place)
        say(f"no {wanted.pricing_model} price{at_provider} in force for {', '.join(absent)}")
    return [_discounted(row, wanted.discount) for row in rows]


def _discounted(row: dict[str, Any], discount_pct: float) -> dict[str, Any]:
    price = row["usd_per_gpu_hour"]
    return row | {
        "is_form_assumed": row.get("is_form_assumed", False),
        "list_usd_per_gpu_hour": price,
        "discount_pct": discount_pct,
        "usd_per_gpu_hour": price * (1 - Decimal(str(discount_pct)) / 100),
    }
