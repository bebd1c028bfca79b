"""Says what a budget buys: GPUs around the clock, own systems or a host's tokens, in output tokens a day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipelines.cli.plan_inputs import PlanInputs

BUDGET = (
    "way", "what", "machines", "gpus", "tokens_per_day", "usd_per_m_output_tokens", "usd_a_year", "pricing_model",
    "term_months", "provider", "instance", "region", "usd_per_gpu_hour", "note", "series_id", "source_url", "sha256",
)  # fmt: skip
_YEAR_HOURS, _YEAR_DAYS, _DAY = 8760, 365, 24


def budget_rows(inputs: PlanInputs, usd_a_year: float) -> list[dict[str, Any]]:
    """Return what the budget buys under each pricing model on each GPU, owned and hosted; most tokens first.

    Rented and owned machines run all year at the plan's utilisation; of each GPU and pricing model the machine with
    most tokens for the money.
    """
    rows = [*_rented(inputs, usd_a_year), *_owned(inputs, usd_a_year), *_hosted(inputs, usd_a_year)]
    return sorted(rows, key=lambda row: -(row["tokens_per_day"] or 0))


def _row(**values: Any) -> dict[str, Any]:
    return dict.fromkeys(BUDGET) | values


def _rented(inputs: PlanInputs, usd_a_year: float) -> Iterator[dict[str, Any]]:
    best: dict[tuple[str, str], Any] = {}
    for machine in inputs.machines:
        if machine.stock is not None or machine.tokens_per_hour <= 0 or machine.term_hours > _YEAR_HOURS:
            continue
        key = machine.market, machine.facts["spec"]
        if key not in best or _value(machine) > _value(best[key]):
            best[key] = machine
    for machine in best.values():
        count = int(usd_a_year // (machine.usd_per_hour * _YEAR_HOURS))
        facts = machine.facts
        if count:
            yield _row(
                way="rent", what=f"{facts['machine_gpus']} x {facts['spec']}", machines=count,
                gpus=count * facts["machine_gpus"], tokens_per_day=count * machine.tokens_per_hour * _DAY,
                usd_per_m_output_tokens=machine.usd_per_hour / machine.tokens_per_hour * 1e6,
                usd_a_year=count * machine.usd_per_hour * _YEAR_HOURS,
                note="may be taken back: serves nobody who waits" if machine.market == "spot" else None,
                **{name: facts[name] or None for name in BUDGET if name in facts},
            )  # fmt: skip


def _value(machine: Any) -> float:
    return float(machine.tokens_per_hour / machine.usd_per_hour)


def _owned(inputs: PlanInputs, usd_a_year: float) -> Iterator[dict[str, Any]]:
    for system in inputs.systems:
        rate = inputs.rates.get((system.spec, system.gpus))
        if rate is None:
            continue
        facts: dict[str, Any] = {"way": "own", "what": system.name}
        if system.lacks:
            yield _row(**facts, note=system.lacks)
            continue
        served, usd = rate.output_tokens_per_hour * inputs.busy, system.usd_per_hour
        count = int(usd_a_year // (usd * _YEAR_HOURS))
        if not count:
            yield _row(**facts, note=f"the amount buys none: one costs {usd * _YEAR_HOURS:,.0f} USD a year")
            continue
        yield _row(
            **facts, machines=count, gpus=count * system.gpus, tokens_per_day=count * served * _DAY,
            usd_per_m_output_tokens=usd / served * 1e6, usd_a_year=count * usd * _YEAR_HOURS,
            usd_per_gpu_hour=usd / system.gpus,
            note=f"{count * system.capex_usd:,.0f} USD to buy ({system.price_kind}) over {system.life_years:g} years, "
            f"{count * system.power_kw / 1000:,.1f} MW",
        )  # fmt: skip


def _hosted(inputs: PlanInputs, usd_a_year: float) -> Iterator[dict[str, Any]]:
    load = inputs.load
    for host in inputs.hosts[:1]:
        per_output = host["usd_per_m_tokens"] * (load.isl + load.osl) / load.osl
        yield _row(
            way="api", what=host["hosted_model"], provider=host["host"], usd_a_year=usd_a_year,
            tokens_per_day=usd_a_year / _YEAR_DAYS / per_output * 1e6, usd_per_m_output_tokens=per_output,
            source_url=host["source_url"], sha256=host["sha256"], note="list price, prompts included",
        )  # fmt: skip
