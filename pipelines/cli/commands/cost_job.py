"""`gpuhour cost job`: the all-in cost of a job: GPU-hours of whole machines, egress and storage."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from cyclopts import Parameter

from pipelines.cli.console import OK, current_day, published_database, say
from pipelines.cli.cost_explanation import of_job
from pipelines.cli.cost_options import PriceOptions
from pipelines.cli.detail_view import print_explanation
from pipelines.cli.options import ExplainOption, FormatOption, HomeOption, JsonOption, output_format
from pipelines.cli.table_output import show
from pipelines.errors import CommandError, UsageError
from pipelines.queries import current_prices
from pipelines.queries.filters import MAX_AGE, SOLD_OUT
from pipelines.queries.unmatched import refuse_unknown

COLUMNS = (
    "total_usd", "at_least_usd", "compute_usd", "egress_usd", "storage_usd", "unknown", "unverified", "provider", "gpu",
    "form_factor", "gpu_memory_gb", "gpu_count", "n_machines", "gpus_billed", "usd_per_gpu_hour", "pricing_model",
    "term_months", "instance", "region", "country", "availability", "reason", "egress_note", "storage_note",
    "last_seen_on", "is_carried_forward", "origin", "source_url",
)  # fmt: skip
_GB = 1000  # of a decimal terabyte, as networks and providers count


def job(
    *,
    gpu: Annotated[str, Parameter(help="The GPU: A100, 'A100 80GB', 'H100 SXM'.")],
    hours: Annotated[float, Parameter(help="Duration of the job in hours.")],
    gpus: Annotated[int, Parameter(help="Number of GPUs; whole machines are billed.")] = 1,
    egress_tb: Annotated[float, Parameter(help="Terabytes sent to the internet over the whole job.")] = 0,
    storage_tb: Annotated[float, Parameter(help="Terabytes kept while it runs.")] = 0,
    wanted: PriceOptions = PriceOptions(),  # noqa: B008 -- frozen
    explain: ExplainOption = False,
    style: FormatOption = "table",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Compute what a job costs all-in, per provider: its GPUs, egress and storage; unknown rates are named."""
    _check(gpus, hours, egress_tb, storage_tb, wanted)
    where, values = current_prices.conditions(wanted.as_filter(gpu))
    if wanted.available:
        where, values = f"{where} and not list_contains(?::varchar[], coalesce(availability, ''))", [*values, SOLD_OUT]
    with published_database(home) as con:
        day = wanted.as_of or current_day(con)
        # The cheapest machines of each provider and GPU variant, and among those the fewest.
        rows = con.execute(
            f"select {', '.join(COLUMNS)} from marts.job_cost(?, ?, ?, ?, as_of := ?::date, max_age := {MAX_AGE}) "  # noqa: S608
            f"where {where} qualify row_number() over (partition by provider, gpu, form_factor, gpu_memory_gb, "
            "pricing_model, term_months "
            "order by reason is not null, compute_usd, n_machines, instance, region, series_id) = 1 "
            "order by reason is not null, total_usd nulls last, at_least_usd, provider, gpu_memory_gb, term_months",
            [gpus, hours, egress_tb * _GB, storage_tb * _GB, day, *values],
        ).fetchall()
        if not rows:
            refuse_unknown(con, wanted.as_filter(gpu))
    if not rows:
        raise CommandError(
            f"no all-in {wanted.pricing_model} price of {gpu} is in force on {day}; gpuhour prices lists all"
        )
    style = output_format(style, as_json)
    if explain:
        print_explanation(of_job(dict(zip(COLUMNS, rows[0], strict=True)), hours, egress_tb, storage_tb), style)
        return OK
    if style == "table":
        _say_assumptions(rows, day)
    show(COLUMNS, rows, style)
    return OK


def _check(gpus: int, hours: float, egress_tb: float, storage_tb: float, wanted: PriceOptions) -> None:
    wanted.check()
    if wanted.discount or wanted.usd_per_gpu_hour is not None:
        raise UsageError("cost job uses list prices only: remove --discount and --usd-per-gpu-hour")
    if not 1 <= gpus <= 1_000_000:
        raise UsageError(f"--gpus must be from 1 to a million, not {gpus}")
    if not 0 < hours <= 1_000_000:
        raise UsageError(f"--hours must be above 0 and at most a million, not {hours:g}")
    for name, value in (("--egress-tb", egress_tb), ("--storage-tb", storage_tb)):
        if not 0 <= value <= 1_000_000:
            raise UsageError(f"{name} must be from 0 to a million terabytes, not {value:g}")


def _say_assumptions(rows: list[tuple[object, ...]], day: date) -> None:
    partly = sum(row[COLUMNS.index("total_usd")] is None for row in rows)
    say(f"list prices in force on {day}, in USD, of whole machines; egress and storage at each provider's own rates")
    if partly:
        say(f"{partly} of {len(rows)} have no total: the rates listed as unknown are not on record")
    if any(row[COLUMNS.index("unverified")] for row in rows):
        say("unverified: on record from memory alone (marts.provider_facts), so in no total; read the provider's page")
