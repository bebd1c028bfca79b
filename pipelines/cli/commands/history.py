"""Commands that read the past: how a GPU's prices went, and what changed lately."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from cyclopts import Parameter

from pipelines.cli.console import OK, USAGE, Home, Json, Problem, Style, chosen, known_slug, published_database, say
from pipelines.cli.table_output import show, tame
from pipelines.queries.filters import ALL, Filter, day_since
from pipelines.queries.timeline import By

Chart = Annotated[
    bool | None,
    Parameter(name="--chart", negative="--no-chart", help="Draw a chart above the table (default: on a terminal)."),
]
_TABLE = ("valid_from", "valid_to", "usd_per_gpu_hour", "change", "provider", "instance", "region", "pricing_model",
          "term_months", "quality", "source")  # fmt: skip
_CHANGES = ("changed_on", "kind", "old", "new", "pct", "provider", "instance", "gpu", "gpu_memory_gb", "region",
            "pricing_model", "source")  # fmt: skip
_ROOM = 40  # lines of a table that may follow a chart before it scrolls away


def history(
    gpu: str,
    /,
    *,
    wanted: Filter = ALL,
    chart: Chart = None,
    style: Style = "table",
    as_json: Json = False,
    home: Home = None,
) -> int:
    """Show how a GPU's prices went: a chart on a terminal, and each price with the days it held, oldest first.

    Parameters
    ----------
    gpu
        A GPU as people write it: A100, "A100 80GB", "H100 SXM".
    """
    from pipelines.cli.chart_series import lines
    from pipelines.queries import current_prices, timeline

    style = chosen(style, as_json)
    if chart and style != "table":
        raise Problem("a chart goes with the table; leave out --chart or the other format", USAGE)
    with published_database(home) as con:
        rows = timeline.intervals(con, replace(wanted, gpu=gpu))
        today = current_prices.today(con)
        looks = timeline.looks(con) if rows else {}
    _check_provider(wanted, rows)
    if style != "table":
        show(timeline.INTERVAL_COLUMNS, [tuple(row.values()) for row in rows], style)
        return OK
    is_terminal = sys.stdout.isatty()
    if rows and (chart or (chart is None and is_terminal)):
        drawn, more = lines(rows, looks, today)
        if drawn:
            _print_chart(gpu, drawn)
        else:
            say(f"nothing to draw: no price of {gpu} is in force yet")
        if more:
            say(f"and {more} more lines: narrow with --provider, --region, --pricing-model or --source")
    table = _with_change(rows)
    if is_terminal and len(table) > _ROOM:
        say(f"the newest {_ROOM} of {len(table)} prices; --format csv prints all")
        table = table[-_ROOM:]
    _fitted(_TABLE if is_terminal else (*_TABLE, "text", "source_url"), table)
    return OK


def _print_chart(gpu: str, drawn: Sequence[Any]) -> None:
    from pipelines.cli.terminal_chart import draw

    encoding = sys.stdout.encoding or "ascii"
    width = min(shutil.get_terminal_size((100, 24)).columns, 160)
    safe = [replace(line, name=tame(line.name)[: width - 4]) for line in drawn]
    picture = draw(
        safe,
        f"{tame(gpu)}: USD per GPU-hour",
        width - 1,
        ascii_only=not encoding.lower().replace("-", "").startswith("utf"),
        colour=sys.stdout.isatty() and not os.environ.get("NO_COLOR"),
    )
    print(picture.encode(encoding, "replace").decode(encoding))


def _with_change(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with `change`: percent against the series' price before, where it has one."""
    before: dict[str, Any] = {}
    told = []
    for row in rows:
        old, new = before.get(row["series_id"]), row["usd_per_gpu_hour"]
        told.append(row | {"change": f"{(new / old - 1) * 100:+.1f}%" if old else ""})
        before[row["series_id"]] = new
    return told


def _fitted(columns: Sequence[str], rows: list[dict[str, Any]]) -> None:
    """A table of these columns, as wide as the terminal where there is one."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    show(columns, [tuple(row[c] for c in columns) for row in rows], "table", width)


def _check_provider(wanted: Filter, rows: Sequence[Any]) -> None:
    """An unknown provider is a slip of the pen, not an empty answer."""
    if wanted.provider and not rows:
        known_slug(wanted.provider)


def changes(
    gpu: str | None = None,
    /,
    *,
    since: Annotated[str, Parameter(help="From when: 30d, 12w, 6m, 1y, or a day.")] = "30d",
    min_pct: Annotated[float, Parameter(help="Leave out what changed by fewer percent, up or down.")] = 0,
    by: Annotated[By, Parameter(help="Order: largest drops first, or newest first.")] = "drop",
    wanted: Filter = ALL,
    style: Style = "table",
    as_json: Json = False,
    home: Home = None,
) -> int:
    """List what changed: prices that fell, rose, came, went or came back.

    Parameters
    ----------
    gpu
        A GPU as people write it: A100, "A100 80GB".
    """
    from pipelines.queries import current_prices, timeline

    with published_database(home) as con:
        day = day_since(since, current_prices.today(con))
        rows = timeline.changes(con, replace(wanted, gpu=gpu), day, min_pct, by)
    _check_provider(wanted, rows)
    if chosen(style, as_json) != "table":
        show(timeline.CHANGE_COLUMNS, [tuple(row.values()) for row in rows], chosen(style, as_json))
        return OK
    table = [
        row
        | {
            "old": row["old_usd_per_gpu_hour"],
            "new": row["new_usd_per_gpu_hour"],
            "pct": None if row["pct"] is None else f"{row['pct']:+.1f}%",
        }
        for row in rows
    ]
    _fitted(_CHANGES, table)
    if not rows:
        say(_nothing(day, min_pct))
    return OK


def _nothing(day: date, min_pct: float) -> str:
    return f"nothing changed since {day}" + (f" by {min_pct:g} % or more" if min_pct > 0 else "")
