"""`gpuhour cost api`: what hosts charge for your own volume of tokens, beside rented machines, on any day."""

from __future__ import annotations

from typing import Annotated, Any

from cyclopts import Parameter

from pipelines.cli.console import OK, current_day, published_database, say
from pipelines.cli.cost_explanation import of_volume
from pipelines.cli.detail_view import print_explanation
from pipelines.cli.options import DayOption, ExplainOption, FormatOption, HomeOption, JsonOption, output_format
from pipelines.cli.table_output import rounded, show
from pipelines.errors import CommandError, UsageError
from pipelines.queries import filters

_MOST_TOKENS = 1e15  # a day; all hosts together serve less
COLUMNS = (
    "usd_per_day", "usd_per_m_tokens", "break_even_tokens_per_day", "kind", "seller", "what", "usd_per_m_input_tokens",
    "usd_per_m_cached_input_tokens", "usd_per_m_output_tokens", "usd_per_gpu_hour", "n_machines", "gpu_count", "busy",
    "precision", "valid_from", "n_lists", "source", "source_url", "sha256",
)  # fmt: skip
_TABLE = {  # column -> its name where room is short
    "usd_per_day": "usd_per_day", "usd_per_m_tokens": "usd_per_m", "break_even_tokens_per_day": "break_even_tokens",
    "kind": "kind", "seller": "seller", "what": "what", "usd_per_m_input_tokens": "in",
    "usd_per_m_cached_input_tokens": "cached", "usd_per_m_output_tokens": "out", "usd_per_gpu_hour": "usd/gpu-h",
    "busy": "busy", "valid_from": "since", "source": "source",
}  # fmt: skip


def api(
    *,
    model: Annotated[str, Parameter(help="A language model: llama-3.3-70b, deepseek-r1; marts.llm_specs lists them.")],
    input_tokens_per_day: Annotated[float, Parameter(help="Tokens of your prompts, per day.")],
    output_tokens_per_day: Annotated[float, Parameter(help="Tokens of the answers, per day.")],
    hit_rate: Annotated[float, Parameter(help="Share of the input that is read from a cache, 0 to 1.")] = 0,
    utilisation: Annotated[
        float, Parameter(help="Share of its capacity that a machine of your own is used for, above 0 to 1.")
    ] = 0.5,
    batch: Annotated[bool, Parameter(negative="", help="At the hosts' prices for batches.")] = False,
    workload: Annotated[str, Parameter(help="Requests of this size (marts.workloads) decide speeds and tiers.")] = (
        "chat"
    ),
    precision: Annotated[str | None, Parameter(help="fp16 or fp8 on machines of your own (default: cheaper).")] = None,
    pricing_model: Annotated[str, Parameter(help="Of rented machines: on_demand, spot or reserved.")] = "on_demand",
    as_of: Annotated[DayOption, Parameter(help="Prices of this UTC day, on both sides (default: today).")] = None,
    explain: ExplainOption = False,
    style: FormatOption = "table",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Compare hosts' list prices for your own token volume with rented machines, and say where they break even.

    Break-even is the number of input and output tokens a day, in your mix, from which one rented machine costs no more
    than the host. Staff and redundancy are not included.
    """
    from pipelines.queries import api_costs
    from warehouse.identity.spec_names import UnknownName, on_record

    _check(input_tokens_per_day, output_tokens_per_day, hit_rate, utilisation, precision)
    try:
        name = on_record().model(model)
    except UnknownName as unknown:
        raise UsageError(str(unknown)) from unknown
    load = api_costs.Volume(input_tokens_per_day, output_tokens_per_day, hit_rate, utilisation, workload, batch)
    terms = filters.pricing_model(pricing_model), precision.upper() if precision else None
    with published_database(home) as con:
        day = as_of or current_day(con)
        _known_workload(con, workload)
        machines = api_costs.machines(con, name, day, load, *terms)
        hosts = api_costs.hosts(con, name, day, load, *terms)
    if not machines and not hosts:
        raise CommandError(f"no host's price of {name} and no machine for it is on record on {day}")
    rows = [*map(_hosted, hosts), *map(_own, machines)]
    rows.sort(key=lambda row: row["usd_per_day"])
    style = output_format(style, as_json)
    if explain:
        print_explanation(of_volume(rows[0], load), style)
        return OK
    if style == "table":
        _say_assumptions(name, load, day, bool(hosts), bool(machines))
        for row in rows:
            even = row["break_even_tokens_per_day"]
            row["break_even_tokens_per_day"] = None if even is None else int(rounded(even))
        shown = [tuple(rounded(row[column]) for column in _TABLE) for row in rows]
        show(list(_TABLE.values()), shown, "table", may_cut=("what", "seller"))
    else:
        show(COLUMNS, [tuple(row[column] for column in COLUMNS) for row in rows], style)
    return OK


def _check(tokens_in: float, tokens_out: float, hit_rate: float, utilisation: float, precision: str | None) -> None:
    for option, tokens in (("--input-tokens-per-day", tokens_in), ("--output-tokens-per-day", tokens_out)):
        if not 0 <= tokens <= _MOST_TOKENS:
            raise UsageError(f"{option} must be from 0 to {_MOST_TOKENS:g}, not {tokens:g}")
    if not tokens_in + tokens_out > 0:
        raise UsageError("no tokens: give --input-tokens-per-day, --output-tokens-per-day or both")
    if not 0 <= hit_rate <= 1:
        raise UsageError(f"--hit-rate is a share from 0 to 1, not {hit_rate:g}")
    if not 0 < utilisation <= 1:
        raise UsageError(f"--utilisation is a share above 0 and up to 1, not {utilisation:g}")
    if precision and precision.lower() not in ("fp16", "fp8"):
        raise UsageError(f"--precision must be fp16 or fp8, not {precision!r}")


def _known_workload(con: Any, workload: str) -> None:
    names = [name for (name,) in con.execute("select workload from marts.workloads order by 1").fetchall()]
    if workload not in names:
        raise UsageError(f"unknown workload {workload!r}; known: {', '.join(names)}")


def _hosted(row: dict[str, Any]) -> dict[str, Any]:
    return dict.fromkeys(COLUMNS) | row | {"kind": "api", "seller": row["host"], "what": row["hosted_model"]}


def _own(row: dict[str, Any]) -> dict[str, Any]:
    count = row["n_machines"]
    what = (
        f"{count} machines of {row['gpu_count']} x {row['spec']}"
        if count > 1
        else f"{row['gpu_count']} x {row['spec']}"
    )
    return dict.fromkeys(COLUMNS) | row | {"kind": "self-hosted", "seller": row["provider"], "what": what}


def _say_assumptions(model: str, load: Any, day: Any, has_hosts: bool, has_machines: bool) -> None:
    """Print the assumptions behind all rows on stderr."""
    say(
        f"{model}: {load.input_tokens:,.0f} input and {load.output_tokens:,.0f} output tokens a day, "
        f"{load.hit_rate:.0%} of the input from a cache; list prices and rents in force on {day}"
    )
    say(
        f"rented machines run around the clock and are used for up to {load.utilisation:.0%} of their capacity, at "
        f"speeds of the workload {load.workload}; gpuhour cost says how far measurements lie from them. A host may "
        "serve in another precision"
    )
    if not has_hosts:
        say(f"no host's {'batch ' if load.in_batch else ''}price of {model} is on record on {day}")
    if not has_machines:
        say(f"no machine that holds {model} has a price on {day}")
