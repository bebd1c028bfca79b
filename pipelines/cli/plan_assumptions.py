"""Sentences that a plan rests on: what was assumed, and what no figure includes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipelines.cli.plan_inputs import PlanInputs
from pipelines.cli.plan_options import PlanLoad, PlanOffers
from pipelines.cli.plan_rows import Plan


def assumptions(plan: Plan, load: PlanLoad, curve: Any, offers: PlanOffers) -> list[str]:
    """Return the assumptions of a plan, one sentence each; curve: a warehouse.planning.load_curve.Curve."""
    inputs = plan.inputs
    texts = [_model(inputs, load.tokens_per_day is not None), _prices(inputs, load, offers)]
    if load.tokens_per_day is not None:
        texts += [_curve(inputs, load, curve), _spot(inputs, offers)]
    if load.job_tokens is not None:
        texts.append(
            f"job: {load.job_tokens:,.4g} output tokens in {load.deadline_days or load.days} days, machines used for "
            f"{inputs.job_load.utilisation:.0%} of their time; what the load leaves of committed machines works on it"
        )
    texts.append("commitments start on any 730th hour, are paid for their whole term, and lose what outlasts the plan")
    if offers.tidy:
        texts.append(
            f"kinds of machine that save less than {offers.tidy:.1%} together are left out; --tidy 0 keeps them"
        )
    if load.job_tokens is None and any(system.lacks is None for system in inputs.systems):
        texts.append(_own(inputs.systems[0]))
    texts.append("a marketplace's machine counts once: how many there are is not on record. No egress, no storage")
    return [*texts, *_unpaid_commitments(plan)]


def _model(inputs: PlanInputs, has_load: bool) -> str:
    load = inputs.load if has_load else inputs.job_load
    limits = [f"TPOT <= {load.tpot_limit_s * 1000:g} ms"] if load.tpot_limit_s else []
    limits += [f"TTFT <= {load.ttft_limit_s:g} s"] if load.ttft_limit_s else []
    return (
        f"{inputs.model} in {inputs.precision}, {load.isl:g} input and {load.osl:g} output tokens a request, "
        f"{' and '.join(limits) or 'no limit on latency'}; speeds are the cost model's: nine in ten measurements lie "
        "within band_factor either way"
    )


def _prices(inputs: PlanInputs, load: PlanLoad, offers: PlanOffers) -> str:
    less = f", less {offers.discount:g} %," if offers.discount else ""
    return (
        f"list prices{less} in force on {inputs.day}, held for {load.days} days; machines by the hour are paid for "
        "whole hours, start at once and never run out"
    )


def _curve(inputs: PlanInputs, load: PlanLoad, curve: Any) -> str:
    return (
        f"load: {curve.total / load.days:,.4g} output tokens a day on average, {curve.peak:,.4g} in the busiest hour; "
        f"{inputs.busy:.0%} of an hour's capacity is used on average, the rest is for bursts within it"
    )


def _spot(inputs: PlanInputs, offers: PlanOffers) -> str:
    spikes = "in spikes too" if offers.spot_in_spikes or not inputs.has_limit else "none in spikes"
    return (
        f"spot machines carry up to {offers.spot_share:.0%} of an hour's load, {spikes}, and lose "
        f"{offers.spot_loss:.0%} of their time to interruptions and spare ones: our figures, not measured"
    )


def _own(system: Any) -> str:
    return (
        f"own systems: as many as the peak needs, price spread over {system.life_years:g} years, full power at "
        f"{system.usd_per_kwh:g} USD per kWh and PUE {system.pue:g}, space at {system.usd_per_kw_month:g} USD per kW "
        f"and month, {system.upkeep_share:.0%} of the price a year for staff, spares, support; no network, no interest"
    )


def _unpaid_commitments(plan: Plan) -> Iterator[str]:
    """Yield a sentence on the commitment that comes nearest to paying, where the plan has none."""
    from warehouse.planning.alternatives import saved
    from warehouse.planning.fleet import Commitment

    if plan.fleet.commitments or plan.question.job is not None:
        return
    offered = [Commitment(m, 0, 1) for m in plan.question.machines if m.market == "reserved"]
    if not offered:
        yield "no commitment on offer is cheaper than machines by the hour that serve as much"
    best, share = None, 0.0
    for one in offered:
        savings = saved(plan.fleet, plan.question, one)
        if savings is not None and savings[-1] / one.usd >= share:
            best, share = one, float(savings[-1] / one.usd)
    if best is not None:
        facts = best.machine.facts
        yield (
            f"no commitment pays: the nearest, {facts['term_months']} months of {facts['machine_gpus']} x "
            f"{facts['spec']} at {facts['provider']} from the first day on, would save {share:.0%} of its price"
        )
