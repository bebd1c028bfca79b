"""`gpuhour changes`: prices that changed lately."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from cyclopts import Parameter

from pipelines.cli.console import OK, current_day, published_database, say
from pipelines.cli.options import FormatOption, HomeOption, JsonOption, output_format
from pipelines.cli.table_output import show, show_records
from pipelines.queries.filters import ALL, PriceFilter, day_since
from pipelines.queries.percent import change_pct, pct_text
from pipelines.queries.timeline import By

_CHANGES = ("changed_on", "kind", "old", "new", "pct", "provider", "instance", "gpu", "gpu_memory_gb", "region",
            "pricing_model", "source")  # fmt: skip
# What a narrow terminal shows first.
_RANK = (
    "changed_on",
    "will_apply_from",
    "old",
    "new",
    "pct",
    "provider",
    "gpu",
    "instance",
    "kind",
    "region",
    "pricing_model",
)
_ANNOUNCED = ("will_apply_from", "announced_on", *_CHANGES[2:])


def changes(
    gpu: str | None = None,
    /,
    *,
    since: Annotated[str, Parameter(help="Start: 30d, 12w, 6m, 1y, or a day.")] = "30d",
    min_pct: Annotated[float, Parameter(help="Leave out smaller changes, in percent, up or down.")] = 0,
    by: Annotated[By, Parameter(help="Order: largest drops first, or newest first.")] = "drop",
    wanted: PriceFilter = ALL,
    style: FormatOption = "table",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """List price changes: drops, rises, new, removed and returning offers; apart from them, announced ones.

    Parameters
    ----------
    gpu
        GPU name: A100, "A100 80GB".
    """
    from pipelines.queries import timeline
    from pipelines.queries.unmatched import refuse_unknown

    with published_database(home) as con:
        day = day_since(since, current_day(con))
        wanted = replace(wanted, gpu=gpu)
        rows = timeline.changes(con, wanted, day, min_pct, by)
        if not rows:
            refuse_unknown(con, wanted)
    if output_format(style, as_json) != "table":
        show(timeline.CHANGE_COLUMNS, [tuple(row.values()) for row in rows], output_format(style, as_json))
        return OK
    table = [
        row
        | {
            "old": row["old_usd_per_gpu_hour"],
            "new": row["new_usd_per_gpu_hour"],
            "pct": pct_text(change_pct(row["old_usd_per_gpu_hour"], row["new_usd_per_gpu_hour"])),
            "will_apply_from": row["changed_on"],
            "announced_on": row["observed_at"].date(),
        }
        for row in rows
    ]
    announced = [row for row in table if row["kind"] == timeline.ANNOUNCED]
    show_records(_CHANGES, [row for row in table if row not in announced], _RANK)
    if len(announced) == len(rows):
        say(_nothing(day, min_pct))
    if announced:
        print()
        show_records(_ANNOUNCED, announced, _RANK)
        say(f"announced, not in force yet: {len(announced)}")
    return OK


def _nothing(day: date, min_pct: float) -> str:
    return f"nothing changed since {day}" + (f" by {min_pct:g} % or more" if min_pct > 0 else "")
