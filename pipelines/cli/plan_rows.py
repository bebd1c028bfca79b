"""Rows of a plan: what to rent when, its total, and what the alternatives cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from pipelines.cli.plan_inputs import PlanInputs

if TYPE_CHECKING:
    from warehouse.planning.fleet import Commitment, Fleet, Machine, Rental
    from warehouse.planning.program import Question

Row = dict[str, Any]
COLUMNS = (
    "part", "what", "machines", "first_day", "last_day", "pricing_model", "term_months", "upfront", "provider",
    "instance", "region", "spec", "machine_gpus", "usd_per_gpu_hour", "machine_hours", "usd", "usd_per_m_output_tokens",
    "pays_on", "tp", "pp", "replicas", "batch", "output_tokens_per_hour", "band_factor", "availability", "last_seen_on",
    "note", "series_id", "source_url", "sha256",
)  # fmt: skip
_OF_OFFER = (
    "pricing_model", "term_months", "upfront", "provider", "instance", "region", "spec", "machine_gpus",
    "usd_per_gpu_hour", "availability", "last_seen_on", "series_id", "source_url", "sha256",
)  # fmt: skip
_DAY, _MONTH = 24, 730  # hours


@dataclass(frozen=True, slots=True)
class Plan:
    """A solved plan: the question, its fleet, what went in, the day on which it begins, the tokens that it makes.

    Attributes:
        offered: the question with all machines, also those that no plan of least cost needs.
        on_demand_usd: what all on demand costs; None where there are too few machines.
        tidy: share of the cost that fewer kinds of machine may add, here and in the alternatives.
    """

    question: Question
    offered: Question
    fleet: Fleet
    inputs: PlanInputs
    start: date
    tokens: float
    on_demand_usd: float | None
    tidy: float

    def day(self, hour: int) -> date:
        """Return the day on which an hour of the plan lies."""
        return self.start + timedelta(days=hour // _DAY)

    def per_million(self, usd: float | None) -> float | None:
        """Return USD per million output tokens of all that the plan makes."""
        return None if usd is None else usd / self.tokens * 1e6


def row(**values: Any) -> Row:
    """Return a row of COLUMNS; what is not given is NULL."""
    return dict.fromkeys(COLUMNS) | values


def rent_rows(plan: Plan) -> list[Row]:
    """Return a row per commitment, then one per machine and stretch of months with the same machines at most."""
    rows = [_committed(plan, commitment) for commitment in plan.fleet.commitments]
    for rental in plan.fleet.rentals:
        rows += _by_the_hour(plan, rental)
    return rows


def _committed(plan: Plan, commitment: Commitment) -> Row:
    from warehouse.planning.alternatives import pays_after, saved

    machine, hours = commitment.machine, len(plan.question.load)
    # Beside a job it also saves machines for that, which no hour can be named for.
    savings = saved(plan.fleet, plan.question, commitment) if plan.question.job is None else None
    paid = pays_after(savings, commitment.usd)
    beyond = commitment.first_hour + machine.term_hours - hours
    return row(
        part="rent", **_offer(machine), machines=commitment.count, first_day=plan.day(commitment.first_hour),
        last_day=plan.day(commitment.first_hour + machine.term_hours - 1),
        machine_hours=commitment.count * machine.term_hours, usd=commitment.usd,
        pays_on=None if paid is None else plan.day(paid - 1),
        note=f"its last {beyond // _DAY} days lie beyond the plan, and are paid in it" if beyond >= _DAY else None,
    )  # fmt: skip


def _by_the_hour(plan: Plan, rental: Rental) -> Iterator[Row]:
    for part in rental.stretches(_MONTH):
        varies = None if part.least == part.most else f"from {part.least} to {part.most} by the hour"
        yield row(
            part="rent", **_offer(rental.machine), machines=part.most, first_day=plan.day(part.first_hour),
            last_day=plan.day(part.last_hour), machine_hours=part.machine_hours,
            usd=part.machine_hours * rental.machine.usd_per_hour, note="for the job" if rental.is_for_job else varies,
        )  # fmt: skip


def _offer(machine: Machine) -> Row:
    """Return what an offer says of itself, and its rate."""
    facts = machine.facts
    rate = facts["rate"]
    return {
        **{name: facts[name] for name in _OF_OFFER},
        "term_months": facts["term_months"] or None,
        "what": f"{facts['machine_gpus']} x {facts['spec']}",
        "tp": rate.tp, "pp": rate.pp, "replicas": rate.replicas, "batch": rate.batch, "band_factor": rate.band_factor,
        "output_tokens_per_hour": machine.tokens_per_hour or machine.job_tokens_per_hour,
    }  # fmt: skip


def total_row(plan: Plan) -> Row:
    """Return the plan's cost, and how far from the least possible it is."""
    fleet = plan.fleet
    proof = (
        "no mix of these offers costs less" if fleet.is_optimal else f"at most {fleet.gap:.2%} above the least possible"
    )
    return row(
        part="total", what="this plan", usd=fleet.usd, usd_per_m_output_tokens=plan.per_million(fleet.usd),
        first_day=plan.start, last_day=plan.day(len(plan.question.load) - 1),
        note=f"{proof} (bound {fleet.lower_bound_usd:,.2f} USD)",
    )  # fmt: skip


def alternative_rows(plan: Plan) -> list[Row]:
    """Return what simpler ways cost: one pricing model alone, hosts, own systems; cheapest first."""
    rows = [*_simple(plan), *_hosted(plan), *_owned(plan)]
    return sorted(rows, key=lambda one: (one["usd"] is None, one["usd"] or 0))


def _simple(plan: Plan) -> Iterator[Row]:
    from warehouse.planning.alternatives import by_the_hour, reserved_at_peak
    from warehouse.planning.tidy import tidied

    spot = by_the_hour(plan.offered, "spot")
    for what, usd, note in (
        ("all on demand", plan.on_demand_usd, None),
        ("all reserved at the peak", reserved_at_peak(plan.offered), "held and renewed through the plan"),
        (
            "spot alone", tidied(plan.offered.on_spot_alone(), spot, plan.tidy).usd if spot else None,
            "spikes too: nothing is left when they are taken back",
        ),
    ):  # fmt: skip
        yield row(
            part="alternative", what=what, usd=usd, usd_per_m_output_tokens=plan.per_million(usd),
            note=note if usd is not None else "no such offers, or too few",
        )  # fmt: skip


def _hosted(plan: Plan) -> Iterator[Row]:
    """Return the cheapest host, for the output tokens and the prompts that belong to them: a job has its own."""
    for usd, host in sorted(((_at_host(plan, host), host) for host in plan.inputs.hosts), key=lambda one: one[0])[:1]:
        yield row(
            part="alternative", what=f"hosted API: {host['host']} {host['hosted_model']}", provider=host["host"],
            usd=usd, usd_per_m_output_tokens=plan.per_million(usd), source_url=host["source_url"],
            sha256=host["sha256"],
            note=f"list price since {host['valid_from'] or 'before the record'}; a host may serve in another precision",
        )  # fmt: skip


def _at_host(plan: Plan, host: Mapping[str, Any]) -> float:
    """Return USD of all that the plan makes, at a host's prices of input and of output tokens."""
    inputs, job_tokens = plan.inputs, plan.question.job.tokens if plan.question.job else 0.0
    shares = ((inputs.load, plan.tokens - job_tokens), (inputs.job_load, job_tokens))
    read = sum(float(made * load.isl / load.osl) for load, made in shares)
    prices = float(host["usd_per_m_input_tokens"]), float(host["usd_per_m_output_tokens"])
    return (read * prices[0] + plan.tokens * prices[1]) / 1e6


def _owned(plan: Plan) -> Iterator[Row]:
    from warehouse.planning.alternatives import usd_by_hour

    hours = len(plan.question.load)
    rents = usd_by_hour(plan.fleet, hours)
    for system in plan.inputs.systems:
        rate = plan.inputs.rates.get((system.spec, system.gpus))
        facts: Mapping[str, Any] = {
            "part": "own", "spec": system.spec, "machine_gpus": system.gpus, "source_url": _address(system.source),
        }  # fmt: skip
        if rate is None or system.lacks or plan.question.job is not None:
            if rate is not None and plan.question.job is None:
                yield row(**facts, what=f"own {system.name}", note=system.lacks)
            continue
        served = rate.output_tokens_per_hour * plan.inputs.busy
        count = system.count_for(float(plan.question.load.max()), served)
        usd, paid = count * system.usd_per_hour * hours, system.pays_after(count, rents)
        yield row(
            **facts, what=f"{count} x own {system.name}", machines=count, usd=usd,
            usd_per_m_output_tokens=plan.per_million(usd), output_tokens_per_hour=served,
            pays_on=None if paid is None else plan.day(paid - 1),
            note=f"{count * system.capex_usd:,.0f} USD to buy ({system.price_kind}"
            f"{f', {system.listed_on}' if system.listed_on else ''}), for the peak, over {system.life_years:g} years"
            f"{'' if paid else '; this plan costs less than buying to its end'}",
        )  # fmt: skip


def _address(source: str) -> str | None:
    return next((word.rstrip(",;") for word in source.split() if word.startswith("https://")), None)
