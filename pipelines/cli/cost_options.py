"""The prices that a cost is computed from: those in force for the chosen GPUs, or one that the user states."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from cyclopts import Parameter

from pipelines.cli.console import published_database, say
from pipelines.cli.options import HomeOption
from pipelines.errors import UsageError
from pipelines.queries.filters import MAX_AGE, PriceFilter


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
    discount: Annotated[float, Parameter(help="Negotiated discount off the list price, in percent.")] = 0
    as_of: Annotated[date | None, Parameter(help="Prices in force on this UTC day (default: today).")] = None
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


def offers(wanted: PriceOptions, specs: Sequence[str], home: HomeOption, every: bool) -> list[dict[str, Any]]:
    """Return the lowest price in force per spec, and per provider too if `every`; discounted; for `query.ask`."""
    wanted.check()
    if wanted.usd_per_gpu_hour is not None:
        own = {"usd_per_gpu_hour": wanted.usd_per_gpu_hour}
        return [_offer(spec, own, False, wanted.discount) for spec in specs]
    cheapest: dict[tuple[str, ...], dict[str, Any]] = {}
    for spec, row, is_assumed in _in_force(wanted, set(specs), home):
        offer = _offer(spec, row, is_assumed, wanted.discount)
        # Prices come cheapest first for each GPU, but a spec may describe several kinds.
        key = (spec, row["provider"] if every else "")
        if key not in cheapest or offer["usd_per_gpu_hour"] < cheapest[key]["usd_per_gpu_hour"]:
            cheapest[key] = offer
    if absent := [spec for spec in specs if spec not in {of for of, _ in cheapest}]:
        at_provider = f" at {wanted.provider}" if wanted.provider else ""
        at_provider += "".join(f" in {place}" for place in (wanted.country, wanted.continent) if place)
        say(f"no {wanted.pricing_model} price{at_provider} in force for {', '.join(absent)}")
    return list(cheapest.values())


def _in_force(wanted: PriceOptions, specs: set[str], home: HomeOption) -> Iterable[tuple[str, dict[str, Any], bool]]:
    """Yield (spec, row of PRICE_COLUMNS, whether its form factor is assumed) of each price of a whole GPU."""
    from pipelines.queries import current_prices

    with published_database(home) as con:
        day = wanted.as_of or current_prices.today(con)
        kinds = con.execute(
            "select gpu, coalesce(form_factor, ''), gpu_memory_gb, spec, is_form_assumed from marts.priced_gpus"
        ).fetchall()
        rows = current_prices.prices(con, wanted.as_filter(), day, MAX_AGE)
    described = {(gpu, form, memory): (spec, assumed) for gpu, form, memory, spec, assumed in kinds if spec in specs}
    for values in rows:
        row = dict(zip(current_prices.PRICE_COLUMNS, values, strict=True))
        spec, assumed = described.get((row["gpu"], row["form_factor"] or "", row["gpu_memory_gb"]), (None, False))
        if spec and row["gpu_count"] and row["gpu_count"] >= 1:
            yield spec, row, assumed


def _offer(spec: str, row: dict[str, Any], is_form_assumed: bool, discount_pct: float) -> dict[str, Any]:
    price = row["usd_per_gpu_hour"]
    columns = ("provider", "instance", "region", "pricing_model", "term_months", "last_seen_on", "source_url")
    return {k: row.get(k) for k in columns} | {
        "spec": spec,
        "is_form_assumed": is_form_assumed,
        "list_usd_per_gpu_hour": price,
        "discount_pct": discount_pct,
        "usd_per_gpu_hour": price * (1 - Decimal(str(discount_pct)) / 100),
    }
