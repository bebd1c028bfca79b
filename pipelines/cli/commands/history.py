"""`gpuhour history`: a GPU's prices over time, as a chart and a table."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from cyclopts import Parameter

from pipelines.cli.console import OK, published_database, say
from pipelines.cli.options import FormatOption, HomeOption, JsonOption, output_format
from pipelines.cli.table_output import Format, show, show_records
from pipelines.errors import CommandError, UsageError
from pipelines.queries.filters import ALL, PriceFilter
from pipelines.queries.percent import change_pct, pct_text
from pipelines.serialize import printable

Chart = Annotated[
    bool | None,
    Parameter(name="--chart", negative="--no-chart", help="Draw a chart above the table (default: on a terminal)."),
]
_TABLE = ("valid_from", "valid_to", "usd_per_gpu_hour", "change", "provider", "instance", "region", "pricing_model",
          "term_months", "quality", "source")  # fmt: skip
_HOSTED = ("valid_from", "valid_to", "usd_per_m_tokens", "change", "kind", "above_tokens", "host", "hosted_model",
           "quality", "source")  # fmt: skip
# What a narrow terminal shows first.
_RANK = ("valid_from", "usd_per_gpu_hour", "usd_per_m_tokens", "change", "provider", "host", "hosted_model", "kind",
         "instance", "pricing_model", "region", "valid_to", "term_months")  # fmt: skip
_MAX_ROWS = 40  # table rows after a chart, before the chart scrolls away


def history(
    gpu: str | None = None,
    /,
    *,
    model: Annotated[
        str | None, Parameter(help="Instead of a GPU: what hosts charged for this model's tokens.")
    ] = None,
    wanted: PriceFilter = ALL,
    chart: Chart = None,
    style: FormatOption = "table",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Show a GPU's price history: a chart on a terminal, and each price with the days it held, oldest first.

    With --model, the history of hosts' list prices per million tokens instead; --provider is then the host.

    Parameters
    ----------
    gpu
        GPU name: A100, "A100 80GB", "H100 SXM".
    """
    from pipelines.cli.chart_series import lines
    from pipelines.queries import current_prices, timeline

    style = output_format(style, as_json)
    if (gpu is None) == (model is None):
        raise UsageError("give either a GPU, as in gpuhour history H100, or --model")
    if gpu is None:
        return _hosted_history(str(model), wanted, chart, style, home)
    if chart and style != "table":
        raise UsageError("--chart needs the table format; remove --chart or the other format")
    with published_database(home) as con:
        wanted = replace(wanted, gpu=gpu)
        rows = gpu_history(con, wanted)
        today = current_prices.today(con)
        observation_days = timeline.observation_days(con) if rows else {}
    if style != "table":
        show(timeline.INTERVAL_COLUMNS, [tuple(row.values()) for row in rows], style)
        return OK
    is_terminal = sys.stdout.isatty()
    if rows and (chart or (chart is None and is_terminal)):
        drawn, more = lines(rows, observation_days, today)
        if drawn:
            _print_chart(gpu, drawn)
        else:
            say(f"nothing to draw: no price of {gpu} is in force yet")
        if more:
            say(f"{more} more lines not drawn: narrow with --provider, --region, --pricing-model or --source")
    table = _with_change(rows, today)
    if any(row["valid_from"] > today for row in rows):
        say(f"prices from after {today} are announced, not in force yet")
    if is_terminal and len(table) > _MAX_ROWS:
        say(f"the newest {_MAX_ROWS} of {len(table)} prices; --format csv prints all")
        table = table[-_MAX_ROWS:]
    show_records(_TABLE if is_terminal else (*_TABLE, "text", "source_url"), table, _RANK)
    return OK


def gpu_history(con: Any, wanted: PriceFilter) -> list[dict[str, Any]]:
    """Return the price intervals of a GPU, oldest first. Raises UsageError for a name that nobody has."""
    from pipelines.queries import timeline
    from pipelines.queries.unmatched import refuse_unknown

    if not (rows := timeline.intervals(con, wanted)):
        refuse_unknown(con, wanted)
        say(f"no price of {wanted.gpu} is on record under these filters")
    return rows


def hosted_history(con: Any, model: str, wanted: PriceFilter) -> list[dict[str, Any]]:
    """Return what hosts charged for a model's tokens, oldest first. Raises CommandError where nothing is on record."""
    from pipelines.queries import api_costs
    from warehouse.identity.hosted_models import model_key
    from warehouse.identity.spec_names import on_record

    if wanted != replace(ALL, provider=wanted.provider):
        raise UsageError("a model's history takes only the host, as the provider")
    names = dict.fromkeys([on_record().known_model(model) or model, model_key(model), model])
    rows = next((rows for name in names if (rows := api_costs.intervals(con, name, wanted.provider))), [])
    if not rows:
        raise CommandError(
            f"no host's price of {model} is on record{f' at {wanted.provider}' if wanted.provider else ''}"
        )
    return rows


def _hosted_history(model: str, wanted: PriceFilter, chart: bool | None, style: Format, home: HomeOption) -> int:
    """Show what hosts charged for a model's tokens."""
    from pipelines.queries import api_costs

    if chart or wanted != replace(ALL, provider=wanted.provider):
        raise UsageError("--model takes --provider (a host), --format and --home only")
    with published_database(home) as con:
        rows = hosted_history(con, model, wanted)
    if style != "table":
        show(api_costs.INTERVAL, [tuple(row.values()) for row in rows], style)
        return OK
    before: dict[Any, Any] = {}
    table = []
    for row in rows:
        series = tuple(row[c] for c in ("source", "host", "hosted_model", "kind", "above_tokens", "hours_utc"))
        table.append(row | {"change": pct_text(change_pct(before.get(series), row["usd_per_m_tokens"]))})
        before[series] = row["usd_per_m_tokens"]
    if sys.stdout.isatty() and len(table) > _MAX_ROWS:
        say(f"the newest {_MAX_ROWS} of {len(table)} prices; --format csv prints all")
        table = table[-_MAX_ROWS:]
    show_records(_HOSTED, table, _RANK)
    return OK


def _print_chart(gpu: str, drawn: Sequence[Any]) -> None:
    from pipelines.cli.terminal_chart import draw

    encoding = sys.stdout.encoding or "ascii"
    width = min(shutil.get_terminal_size((100, 24)).columns, 160)
    safe = [replace(line, name=printable(line.name)[: width - 4]) for line in drawn]
    picture = draw(
        safe,
        f"{printable(gpu)}: USD per GPU-hour",
        width - 1,
        ascii_only=not encoding.lower().replace("-", "").startswith("utf"),
        colour=sys.stdout.isatty() and not os.environ.get("NO_COLOR"),
    )
    print(picture.encode(encoding, "replace").decode(encoding))


def _with_change(rows: list[dict[str, Any]], today: date) -> list[dict[str, Any]]:
    """Return rows with `change`: percent against the previous price of the series, marked if only announced."""
    before: dict[str, Any] = {}
    result = []
    for row in rows:
        old, new = before.get(row["series_id"]), row["usd_per_gpu_hour"]
        announced = "announced " if row["valid_from"] > today else ""
        result.append(row | {"change": announced + pct_text(change_pct(old, new))})
        before[row["series_id"]] = new
    return result
