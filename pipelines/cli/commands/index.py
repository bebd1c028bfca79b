"""`gpuhour index`: check a day of a price index against its receipts."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from cyclopts import App

from pipelines import settings
from pipelines.cli.console import ERROR, OK, published_database, say
from pipelines.cli.options import Day, FormatOption, HomeOption, JsonOption, output_format
from pipelines.cli.table_output import show

app = App(name="index", help="Price indices: check a day against its receipts.", result_action="return_value")


@app.command
def verify(
    index_id: str,
    day: Day,
    /,
    *,
    style: FormatOption = "table",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Recompute a day of an index from its receipts; exits 0 if all is equal, 1 if not.

    Which prices were in force, each from its printed amount, the basket, the level, and the link to the day before,
    whose own values are taken as published. Archived pages must match their hashes.

    Parameters
    ----------
    index_id
        The index, e.g. h100-80gb-on-demand-neocloud; v1.index_daily lists them.
    day
        UTC day.
    """
    from pipelines.cli.progress import waiting
    from pipelines.queries.index_day import compare

    with published_database(home) as con, waiting("recomputing from receipts"):
        figures = compare(con, settings.home(home), index_id, day)
    wrong = [f.figure for f in figures if not f.is_equal]
    chosen = output_format(style, as_json)
    rows = [tuple(asdict(f).values()) for f in figures]
    if chosen == "table":
        rows = [(name, _cell(published), _cell(recomputed), same) for name, published, recomputed, same in rows]
    show(("figure", "published", "recomputed", "is_equal"), rows, chosen)
    say(f"{index_id} on {day}: {'not equal: ' + ', '.join(wrong) if wrong else 'equal'}")
    return ERROR if wrong else OK


def _cell(value: Any) -> Any:
    """Return a list as the number of its members, and a float with six places."""
    if isinstance(value, list):
        return len(value)
    return f"{value:.6f}" if isinstance(value, float) else value
