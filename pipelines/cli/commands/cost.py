"""`gpuhour cost`: the cost per token at today's prices, the GPUs that fit a model, and the model's validation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from pipelines import settings
from pipelines.cli.console import OK, one_publication, published_database, say
from pipelines.cli.cost_explanation import of_tokens
from pipelines.cli.cost_options import PriceOptions, priced_specs, server_offers
from pipelines.cli.detail_view import print_explanation
from pipelines.cli.options import ExplainOption, FormatOption, HomeOption, JsonOption, output_format
from pipelines.cli.server_options import ServerOptions
from pipelines.cli.table_output import Format, rounded, show
from pipelines.errors import UsageError

app = App(
    name="cost",
    help="The cost of language models on GPUs: per token, training run, job; against APIs; GPUs that fit.",
    result_action="return_value",
)
# Only the module of the command that is given is imported.
for _module, _name in (("train", "train"), ("job", "job"), ("api", "api"), ("constants", "check_constants"),
                       ("validate", "validate")):  # fmt: skip
    app.command(f"pipelines.cli.commands.cost_{_module}:{_name}", name=_name.replace("_", "-"))

Model = Annotated[str, Parameter(help="A language model: llama-3.1-70b, deepseek-r1; marts.llm_specs lists them.")]
Precision = Annotated[
    str | None,
    Parameter(help="Precision of the weights: fp16, fp8, fp8-block, int8, w8a8, fp4, mxfp4 (default: as released)."),
]
Config = Annotated[
    Path | None, Parameter(help="A Hugging Face config.json that states the shape of the model, instead of --model.")
]
_TABLE = {  # column -> its name where room is short
    "usd_per_m_input_tokens": "usd_per_m_in", "usd_per_m_output_tokens": "usd_per_m_out",
    "gpus": "gpus", "provider": "provider", "usd_per_gpu_hour": "usd/gpu-h", "operating_point": "operating_point",
    "band_factor": "within", "availability": "availability", "servers_needed": "servers", "usd_per_day": "usd_per_day",
    "model_to_measured": "model_to_meas", "output_tokens_per_s_per_gpu": "tokens_per_s_gpu", "ttft_s": "ttft_s",
    "tpot_s": "tpot_s", "batch": "batch", "instance": "instance", "tp": "tp", "pp": "pp", "dp_attn": "dp",
    "replicas": "replicas", "nominal_usd_per_m_tokens": "nominal_usd_m",
    "measured_tokens_per_s_per_gpu": "measured_s_gpu", "pricing_model": "pricing_model",
    "last_seen_on": "last_seen_on", "reason": "reason",
}  # fmt: skip
# What a narrow terminal shows first.
_RANK = ("usd_per_m_in", "usd_per_m_out", "gpus", "provider", "usd/gpu-h", "operating_point", "usd_per_day", "servers",
         "within", "availability", "reason")  # fmt: skip
_MAY_CUT = ("gpus", "operating_point", "provider", "instance", "availability", "reason")


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class WorkloadOptions:
    """The load: a named workload, and values that override its own."""

    workload: Annotated[str, Parameter(help="A row of marts.workloads, or of workloads.csv in the state folder.")] = (
        "chat"
    )
    isl: Annotated[float | None, Parameter(help="Input tokens per request.")] = None
    osl: Annotated[float | None, Parameter(help="Output tokens per request.")] = None
    concurrency: Annotated[float | None, Parameter(help="Concurrent requests (default: as many as fit).")] = None
    utilisation: Annotated[
        float | None, Parameter(help="Share of the paid hours in which the GPUs are busy, 0 to 1.")
    ] = None


CHAT = WorkloadOptions()
ANY_SERVER = ServerOptions()


@app.default
def cost(
    *,
    model: Annotated[str | None, Parameter(help="A language model: llama-3.1-70b, deepseek-r1.")] = None,
    gpu: Annotated[
        str | None, Parameter(help="Only this GPU, at every provider's price (default: all, cheapest).")
    ] = None,
    gpus: Annotated[int | None, Parameter(help="How many GPUs (default: the best of 1, 2, 4, 8).")] = None,
    precision: Precision = None,
    config: Config = None,
    load_options: WorkloadOptions = CHAT,
    server: ServerOptions = ANY_SERVER,
    prices_of: PriceOptions = PriceOptions(),  # noqa: B008 -- frozen
    requests: Annotated[
        Path | None, Parameter(help="A CSV file of requests, answered row by row; see docs/cost-model.md.")
    ] = None,
    explain: ExplainOption = False,
    style: FormatOption = "table",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Compute the cost of a million tokens with the roofline model, showing every assumption."""
    if requests is not None:
        return _batch(requests, output_format(style, as_json), home)
    if model is None and config is None:
        raise UsageError("no model given; add --model llama-3.1-70b, --config config.json or --requests FILE.csv")
    if model is not None and config is not None:
        raise UsageError("--model and --config name two models: give one of them")
    if gpus is not None and gpus < 1:
        raise UsageError(f"--gpus must be at least 1, not {gpus}")
    # With a price of one's own, nothing need be published.
    with one_publication(home) if settings.home(home).published.exists() else nullcontext():
        rows = answers(model, config, gpu, gpus, precision, load_options, server, prices_of, home)
    style = output_format(style, as_json)
    if not rows:
        say("no GPU has a price; run gpuhour refresh, or state your own with --gpu and --usd-per-gpu-hour")
        return OK
    if explain:
        print_explanation(of_tokens(rows[0]), style)
        return OK
    if style != "table":
        show(list(rows[0]), [tuple(row.values()) for row in rows], style)
        return OK
    print_assumptions(rows[0])
    _print_nearest(rows)
    columns = {c: short for c, short in _TABLE.items() if c in rows[0]}
    shown = [tuple(rounded(value) for value in _for_people(row, columns)) for row in rows]
    show(list(columns.values()), shown, "table", may_cut=_MAY_CUT, rank=_RANK, wrap="reason")
    return OK


def _for_people(row: dict[str, Any], columns: Iterable[str]) -> Iterator[Any]:
    """Yield a row's values under these columns, with the GPU beside its number."""
    for column in columns:
        yield f"{row['gpus']}x {row['gpu_spec']}" if column == "gpus" else row[column]


def answers(
    model: str | None,
    config: Path | None,
    gpu: str | None,
    gpus: int | None,
    precision: str | None,
    load_options: WorkloadOptions,
    server: ServerOptions,
    prices_of: PriceOptions,
    home: HomeOption,
) -> list[dict[str, Any]]:
    """Return the result rows, cheapest first. Raises UsageError for unknown names and impossible values."""
    from warehouse.costing.config_fields import UnreadableConfig
    from warehouse.costing.database import cost_model
    from warehouse.costing.model_config import read_config
    from warehouse.costing.own_specs import UnreadableSpecs
    from warehouse.costing.query import Nonsense, ask, load, released_format
    from warehouse.costing.requests import spec_names
    from warehouse.identity.spec_names import UnknownName

    try:
        stated = [read_config(config)] if config else []
        with cost_model(settings.home(home).root, stated) as con:
            names = spec_names(con)
            name = names.model(model) if model else str(stated[0]["name"])
            specs = [names.gpu(gpu)] if gpu else priced_specs(prices_of, home)
            work = load(
                con, load_options.workload, settings.home(home).root / "workloads.csv", isl=load_options.isl,
                osl=load_options.osl, concurrency=load_options.concurrency, utilisation=load_options.utilisation,
                tpot_limit_s=server.max_tpot, ttft_limit_s=server.max_ttft,
            )  # fmt: skip
            layout = server.layout()
            prices = server_offers(prices_of, specs, layout.sizes(gpus), home, every=gpu is not None)
            if not gpu:
                specs = [spec for spec in specs if spec in {offer["spec"] for offer in prices}]
            weights = precision or released_format(con, name)
            rows = ask(con, name, weights, work, specs, gpus, prices, layout=layout, each_provider=gpu is not None)
            return beside_measurements(server.with_volume(rows), home)
    except (UnknownName, Nonsense, UnreadableConfig, UnreadableSpecs) as wrong:
        raise UsageError(str(wrong)) from wrong


def beside_measurements(rows: list[dict[str, Any]], home: HomeOption) -> list[dict[str, Any]]:
    """Add the nearest measurement to each answer, where any is published."""
    from pipelines.queries.measurements import nearest

    if not settings.home(home).published.exists():  # with a price of one's own, nothing need be published
        return rows
    with published_database(home) as con:
        return [row | beside for row, beside in zip(rows, nearest(con, rows), strict=True)]


def print_assumptions(row: dict[str, Any]) -> None:
    """Print the assumptions behind all rows on stderr."""
    say(
        f"{row['model']} in {row['precision']}, KV cache in {row['kv_dtype']}, {row['isl']:g} input and "
        f"{row['osl']:g} output tokens, GPUs busy {row['utilisation']:.0%} of the paid hours; method {row['method']}, "
        f"theta {row['theta_version']}. within: nine in ten measurements of this class ({row['class']}) lie within "
        "that factor either way. nominal_usd_m is the formula of the reference document (2023): 2 FLOP per parameter "
        "that a token uses and per token, at nominal speed and full use"
    )


def _print_nearest(rows: list[dict[str, Any]]) -> None:
    """Print on stderr what the first answer that was measured nearby rests on, and those that lie far apart."""
    measured = [row for row in rows if row.get("measured_by")]
    if not measured:
        return
    row = measured[0]
    at_once = f", {row['measured_concurrency']:g} at once" if row["measured_concurrency"] else ""
    made = " (a sample, not a result)" if row["measured_origin"] == "sample" else ""
    say(
        f"measured nearest to {row['model']} on {row['gpu_spec']}: {row['measured_by']}{made} with "
        f"{row['measured_software'] or 'an engine that is not named'}, {row['measured_on'] or 'undated'}, "
        f"{row['measured_isl']:g} input and {row['measured_osl']:g} output tokens{at_once}, {row['measured_gpus']} "
        f"GPUs: USD {rounded(row['measured_usd_per_m_tokens'])} per million tokens of both kinds, the model says "
        f"{rounded(row['modelled_usd_per_m_tokens'])}; {row['measurement_url']}. model_to_meas: the model's speed by "
        "the measured one there"
    )
    if apart := sorted({f"{row['gpu_spec']} ({row['model_to_measured']:.1f})" for row in measured if row["is_apart"]}):
        say(f"more than 1.5 times apart from what was measured, so take care: {', '.join(apart)}")


def _batch(file: Path, style: Format, home: HomeOption) -> int:
    from pipelines.cli.relation_output import show_relation
    from warehouse.costing.database import cost_model
    from warehouse.costing.own_specs import UnreadableSpecs
    from warehouse.costing.requests import UnreadableFile, answer_file

    try:
        with cost_model(settings.home(home).root) as con:
            answer_file(con, file)
            show_relation(con, "file_answers", style)
    except (UnreadableFile, UnreadableSpecs) as failed:
        raise UsageError(str(failed)) from failed
    return OK


@app.command
def fit(
    *,
    model: Model,
    precision: Annotated[
        str | None, Parameter(help="Only this precision of the weights (default: as released, fp16, fp8 and int4).")
    ] = None,
    load_options: WorkloadOptions = CHAT,
    style: FormatOption = "table",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """List the fewest GPUs of each kind that fit a model, and how many requests fit beside the weights."""
    from warehouse.costing.database import cost_model
    from warehouse.costing.own_specs import UnreadableSpecs
    from warehouse.costing.query import Nonsense, load, released_format
    from warehouse.costing.requests import spec_names
    from warehouse.costing.sizing import COLUMNS, holders
    from warehouse.identity.spec_names import UnknownName

    try:
        with cost_model(settings.home(home).root) as con:
            work = load(
                con,
                load_options.workload,
                settings.home(home).root / "workloads.csv",
                isl=load_options.isl,
                osl=load_options.osl,
            )
            name = spec_names(con).model(model)
            formats = [precision] if precision else _formats(released_format(con, name))
            rows = holders(con, name, formats, work)
    except (UnknownName, Nonsense, UnreadableSpecs) as wrong:
        raise UsageError(str(wrong)) from wrong
    show(COLUMNS, [tuple(rounded(v) for v in row) for row in rows], output_format(style, as_json))
    return OK


def _formats(released: str) -> list[str]:
    """Return the formats that are compared: 16, 8 and 4 bits, and what the model was released in if it is neither."""
    is_compared = released.upper() in ("FP16", "BF16", "FP8", "FP8-BLOCK", "INT4")
    return ["fp16", "fp8", "int4", *([] if is_compared else [released])]
