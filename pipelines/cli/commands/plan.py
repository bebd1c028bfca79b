"""`gpuhour plan`: the mix of reserved, on-demand and spot machines that serves a load at least cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from cyclopts import Parameter

from pipelines.cli.console import OK, say
from pipelines.cli.options import DayOption, FormatOption, HomeOption, JsonOption, output_format
from pipelines.cli.plan_budget import BUDGET, budget_rows
from pipelines.cli.plan_inputs import PlanInputs, Service, gather
from pipelines.cli.plan_options import OwnOptions, PlanLoad, PlanOffers, budget_of
from pipelines.cli.table_output import Format, rounded, show
from pipelines.errors import CommandError, UsageError

NO_LOAD, ALL_OFFERS, CHAT, ANY_SYSTEM = PlanLoad(), PlanOffers(), Service(), OwnOptions()
_LAST_YEAR = 9900  # dates end with 9999, and terms outlast plans
_RENT = {  # column -> its name where room is short
    "first_day": "from", "last_day": "to", "machines": "n", "what": "what", "pricing_model": "pricing_model",
    "term_months": "months", "provider": "provider", "instance": "instance", "region": "region",
    "usd_per_gpu_hour": "usd/gpu-h", "machine_hours": "machine_hours", "usd": "usd", "pays_on": "pays_on",
    "note": "note",
}  # fmt: skip
_COMPARED = {
    "usd": "usd", "usd_per_m_output_tokens": "usd_per_m_out", "what": "what", "pays_on": "pays_on", "note": "note",
}  # fmt: skip
# What a narrow terminal shows first, and what it may cut there.
_RANK = ("from", "n", "what", "usd", "usd_per_m_out", "tokens_per_day", "way", "note", "provider", "usd/gpu-h",
         "pricing_model", "months", "pays_on", "to")  # fmt: skip
_MAY_CUT = ("instance", "provider", "region", "what")
_BOUGHT = {
    "tokens_per_day": "tokens_per_day", "usd_per_m_output_tokens": "usd_per_m_out", "way": "way", "machines": "n",
    "what": "what", "gpus": "gpus", "pricing_model": "pricing_model", "term_months": "months", "provider": "provider",
    "usd_per_gpu_hour": "usd/gpu-h", "note": "note",
}  # fmt: skip


def plan(
    *,
    model: Annotated[str, Parameter(help="A language model: llama-3.1-70b, deepseek-r1; marts.llm_specs lists them.")],
    load: PlanLoad = NO_LOAD,
    service: Service = CHAT,
    offers: PlanOffers = ALL_OFFERS,
    own: OwnOptions = ANY_SYSTEM,
    budget: Annotated[
        str | None, Parameter(help="Instead of a load: what 50M/year or 100k/month buys, rented, owned or hosted.")
    ] = None,
    start: Annotated[DayOption, Parameter(help="First day of the plan (default: the day of the prices).")] = None,
    style: FormatOption = "table",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Find what to rent, and when, for a load: reserved, on demand and spot, at least cost, with the alternatives.

    Prices are those in force, held to the end of the plan; what lies of a commitment beyond the plan is paid in it.
    """
    style = output_format(style, as_json)
    service.check()
    own.check()
    if budget is not None:
        return _budget(model, budget, load, start, service, offers, own, style, home)
    if load.tokens_per_day is None and load.job_tokens is None:
        raise UsageError("no load given; add --tokens-per-day 1e9, --job-tokens 1e11 or --budget 50M/year")
    from pipelines.cli.progress import waiting

    curve = load.curve()
    inputs = gather(model, service, offers, own, load.tokens_per_day is not None, load.job_tokens is not None, home)
    first_day = start or inputs.day
    if first_day.year > _LAST_YEAR:
        raise UsageError(f"a plan must begin by the year {_LAST_YEAR}, not on {first_day}")
    with waiting("looking for the plan of least cost"):
        rows, texts = solved(inputs, load, curve, offers, first_day)
    if style == "table":
        for text in texts:
            say(text)
        _print(rows)
    else:
        from pipelines.cli.plan_rows import COLUMNS, row

        rows += [row(part="assumption", note=text) for text in texts]
        show(COLUMNS, [tuple(one[column] for column in COLUMNS) for one in rows], style)
    return OK


def solved(
    inputs: PlanInputs, load: PlanLoad, curve: Any, offers: PlanOffers, start: date
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the rows of the plan and the sentences it rests on. Raises CommandError where it cannot be served."""
    from pipelines.cli.plan_assumptions import assumptions
    from pipelines.cli.plan_rows import Plan, alternative_rows, rent_rows, total_row
    from warehouse.planning.alternatives import by_the_hour
    from warehouse.planning.fleet import Job
    from warehouse.planning.machine_offers import MONTH
    from warehouse.planning.optimizer import cheapest
    from warehouse.planning.program import Infeasible, Question
    from warehouse.planning.tidy import tidied
    from warehouse.planning.useful_machines import considered, useful

    machines = [m for m in inputs.machines if offers.commit or m.market != "reserved"]
    hours = len(curve.tokens)
    job = Job(load.job_tokens, (load.deadline_days or load.days) * 24) if load.job_tokens is not None else None
    reliable = curve.reliable(offers.spot_share, spot_in_spikes=offers.spot_in_spikes or not inputs.has_limit)
    offered = Question(curve.tokens, reliable, machines, tuple(range(0, hours, MONTH)), job)
    needs = [curve.peak, curve.total / hours, float(curve.tokens.min())]
    question = replace(offered, machines=considered(useful(machines, MONTH), needs))
    try:
        fleet = tidied(question, cheapest(question), offers.tidy)
    except Infeasible as short:
        raise CommandError(f"{short}; allow more offers, or lower the load") from short
    hourly = by_the_hour(offered, "on_demand")
    on_demand = tidied(question, hourly, offers.tidy) if hourly else None
    if on_demand and on_demand.usd < fleet.usd:  # fewer kinds may have made the mix dearer than this
        fleet = replace(on_demand, lower_bound_usd=fleet.lower_bound_usd)
    tokens = curve.total + (load.job_tokens or 0)
    made = Plan(question, offered, fleet, inputs, start, tokens, on_demand.usd if on_demand else None, offers.tidy)
    rows = [*rent_rows(made), total_row(made), *alternative_rows(made)]
    return rows, assumptions(made, load, curve, offers)


def _print(rows: list[dict[str, Any]]) -> None:
    """Print two tables: what to rent, and what it costs beside the alternatives."""
    for columns, parts in ((_RENT, ("rent",)), (_COMPARED, ("total", "alternative", "own"))):
        chosen = [row for row in rows if row["part"] in parts]
        shown = [{column: column for column in columns if any(row[column] is not None for row in chosen)}]
        names = list(shown[0])
        cells = [tuple(_cell(n, row[n]) for n in names) for row in chosen]
        show([columns[n] for n in names], cells, "table", may_cut=_MAY_CUT, rank=_RANK, wrap="note")
        if parts == ("rent",):
            print()


def _cell(column: str, value: Any) -> Any:
    """Return a value as the tables show it: whole USD and tokens, prices to four digits."""
    if column in ("usd", "tokens_per_day") and value is not None:
        return round(value)
    return rounded(value)


def _budget(
    model: str, budget: str, load: PlanLoad, start: DayOption, service: Service, offers: PlanOffers, own: OwnOptions,
    style: Format, home: HomeOption,
) -> int:  # fmt: skip
    if load != NO_LOAD:
        raise UsageError("--budget asks what an amount buys: leave out the options of the load")
    if start is not None:
        raise UsageError("--budget is of any year: leave out --start")
    usd = budget_of(budget)
    inputs = gather(model, service, offers, own, True, False, home)
    rows = budget_rows(inputs, usd)
    if style != "table":
        show(BUDGET, [tuple(row[column] for column in BUDGET) for row in rows], style)
        return OK
    say(
        f"{usd:,.0f} USD a year at list prices in force on {inputs.day}, for {inputs.model} in {inputs.precision}: "
        f"machines run all year, {inputs.busy:.0%} of their capacity used; terms beyond a year are left out"
    )
    say(
        "the reference document (2023) says that an own data centre typically needs more than 50 million USD a year, "
        "without an account (marts.seed_claims, N26); own systems stand in rented space, without network or interest"
    )
    show(list(_BOUGHT.values()), [tuple(_cell(c, row[c]) for c in _BOUGHT) for row in rows], "table", may_cut=_MAY_CUT,
         rank=_RANK, wrap="note")  # fmt: skip
    return OK
