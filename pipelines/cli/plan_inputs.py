"""Gathers what a plan is made from: offers in force, what each machine serves, hosts' prices, own systems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any

from cyclopts import Parameter

from pipelines import settings
from pipelines.cli.console import current_day, published_database
from pipelines.cli.options import HomeOption
from pipelines.cli.plan_options import OwnOptions, PlanOffers
from pipelines.errors import CommandError, UsageError

_UTILISATION = 0.7
_SERVER_GPUS = 8
_PRICE_DAYS = 5 * 365  # for which a system's price is of use


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Service:
    """How the model is served: its requests, its precision and what users wait for at most."""

    workload: Annotated[
        str | None, Parameter(help="A row of marts.workloads (default: chat; of a job alone, batch).")
    ] = None
    isl: Annotated[float | None, Parameter(help="Input tokens per request.")] = None
    osl: Annotated[float | None, Parameter(help="Output tokens per request.")] = None
    precision: Annotated[str | None, Parameter(help="Precision of the weights (default: as released).")] = None
    max_tpot: Annotated[
        float | None,
        Parameter(name=["--max-tpot", "--slo"], help="Most seconds per output token (default: the workload's limit)."),
    ] = None
    max_ttft: Annotated[float | None, Parameter(help="Most seconds to the first token of an idle server.")] = None
    utilisation: Annotated[
        float,
        Parameter(help="Share of an hour's capacity that is used on average, above 0 to 1; days are in the curve."),
    ] = _UTILISATION

    def check(self) -> None:
        """Raise UsageError for impossible values."""
        for option, value in (
            ("--max-tpot", self.max_tpot), ("--max-ttft", self.max_ttft), ("--isl", self.isl), ("--osl", self.osl),
        ):  # fmt: skip
            if value is not None and not 0 < value <= 1e7:
                raise UsageError(f"{option} must be above 0 and up to 1e+07, not {value:g}")
        if not 0 < self.utilisation <= 1:
            raise UsageError(f"--utilisation is a share above 0 and up to 1, not {self.utilisation:g}")


@dataclass(frozen=True, slots=True)
class PlanInputs:
    """All that a plan is made from.

    Attributes:
        model, precision: as on record. day: of the prices.
        load, job_load: a request, and one of the job, as warehouse.costing.query.Load.
        offers: rows of pipelines.queries.plan_offers. machines: those that serve, as warehouse.planning.fleet.Machine.
        rates: what machines serve, by spec and GPUs, always busy. hosts: prices per token, cheapest first.
        systems: own ones, as warehouse.planning.ownership.OwnSystem. busy: share of an hour's capacity that is used.
    """

    model: str
    precision: str
    day: date
    load: Any
    job_load: Any
    offers: list[dict[str, Any]]
    machines: list[Any]
    rates: Mapping[tuple[str, int], Any]
    hosts: list[dict[str, Any]]
    systems: list[Any]
    busy: float

    @property
    def has_limit(self) -> bool:
        """Whether somebody waits for the tokens."""
        return self.load.tpot_limit_s is not None or self.load.ttft_limit_s is not None


def gather(
    model: str, service: Service, wanted: PlanOffers, own: OwnOptions, has_load: bool, has_job: bool, home: HomeOption
) -> PlanInputs:
    """Return what a plan is made from. Raises UsageError for unknown names, CommandError where nothing serves."""
    from warehouse.costing.database import cost_model
    from warehouse.costing.own_specs import UnreadableSpecs
    from warehouse.costing.query import Layout, Nonsense, load, released_format
    from warehouse.costing.requests import spec_names
    from warehouse.identity.spec_names import UnknownName
    from warehouse.planning.machine_offers import Use, machines_of
    from warehouse.planning.ownership import own_systems
    from warehouse.planning.throughput import machine_rates

    if not has_load and (service.max_tpot is not None or service.max_ttft is not None):
        raise UsageError("--max-tpot and --max-ttft are for a load that somebody waits for: add --tokens-per-day")
    root = settings.home(home).root
    prices = wanted.as_filter()
    try:
        with cost_model(root) as con:
            names = spec_names(con)
            name = names.model(model)
            spec = names.gpu(wanted.gpu) if wanted.gpu else None
            workload = service.workload or ("chat" if has_load else "batch")
            one = load(
                con, workload, root / "workloads.csv", isl=service.isl,
                osl=service.osl, tpot_limit_s=service.max_tpot, ttft_limit_s=service.max_ttft,
            )  # fmt: skip
            if not has_load:  # nobody waits for a job
                one = replace(one, tpot_limit_s=None, ttft_limit_s=None)
            job = load(con, "batch", root / "workloads.csv", isl=service.isl, osl=service.osl) if has_load else one
            every_system = own_systems(con)
            weights = service.precision or released_format(con, name)
            day, offers, hosts = _published(home, name, prices, wanted, spec, one, workload)
            systems = _chosen(every_system, own, day)
            keys = {(offer["spec"], offer["machine_gpus"]) for offer in offers}
            keys |= {(system.spec, system.gpus) for system in systems}
            any_vendor = spec is not None
            rates = machine_rates(con, name, weights, one, keys, Layout(), is_any_vendor=any_vendor) if has_load else {}
            job_rates = (
                machine_rates(
                    con, name, weights, replace(job, tpot_limit_s=None), keys, Layout(), is_any_vendor=any_vendor
                )
                if has_job
                else {}
            )
    except (UnknownName, Nonsense, UnreadableSpecs) as wrong:
        raise UsageError(str(wrong)) from wrong
    if not offers:
        raise CommandError(f"nothing{_within(wanted)} can be rented on {day}; gpuhour prices lists what is in force")
    listed = [
        offer | {"usd_per_gpu_hour": float(offer["usd_per_gpu_hour"]) * (1 - wanted.discount / 100)} for offer in offers
    ]
    use = Use(service.utilisation, job.utilisation, wanted.spot_loss)
    machines = machines_of(listed, rates, job_rates, use)
    if not machines:
        limit = " under the limit on latency" if one.tpot_limit_s or one.ttft_limit_s else ""
        raise CommandError(
            f"none of the {len({*keys})} kinds of machine{_within(wanted)} on {day} serves {name} in {weights}{limit}; "
            f"gpuhour cost --model {name} says why"
        )
    return PlanInputs(
        name, weights, day, one, job, listed, machines, rates or job_rates, hosts, systems, service.utilisation
    )


def _published(
    home: HomeOption, model: str, prices: Any, wanted: PlanOffers, spec: str | None, load: Any, workload: str
) -> tuple[date, list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the day of the prices, the offers in force, and hosts' prices of the model, cheapest first."""
    from pipelines.queries import api_costs, plan_offers

    with published_database(home) as con:
        day = wanted.as_of or current_day(con)
        offers = plan_offers.rentable(con, prices, day, spec, wanted.available)
        volume = api_costs.Volume(load.isl, load.osl, 0, 1, workload, in_batch=False, request_tokens=load.isl)
        hosts = api_costs.host_prices(con, model, day, volume)
    return day, offers, hosts


def _chosen(systems: list[Any], own: OwnOptions, day: date) -> list[Any]:
    """Return the systems to compare with: the named one with the user's figures, or all. Raises UsageError.

    Of all, single cards are left out, which lack a server, and those whose price is too old to buy at.
    """
    from warehouse.identity.nearest import nearest
    from warehouse.planning.ownership import with_own_price

    if own.own is None:
        return [
            one
            for one in systems
            if one.gpus >= _SERVER_GPUS and (one.listed_on is None or (day - one.listed_on).days <= _PRICE_DAYS)
        ]
    try:
        return [with_own_price(systems, own.own, own.capex, own.power_kw)]
    except KeyError:
        listed = [system.name for system in systems]
        raise UsageError(f"unknown system {own.own!r}{nearest(own.own, listed)}; known: {', '.join(listed)}") from None


def _within(wanted: PlanOffers) -> str:
    """Return the words for what the offers were restricted to."""
    places = [f" in {place}" for place in (wanted.country, wanted.continent) if place]
    gpu = f" with {wanted.gpu}" if wanted.gpu else ""
    provider = f" at {wanted.provider}" if wanted.provider else ""
    return gpu + provider + "".join(places) + (" that is shown as available" if wanted.available else "")
