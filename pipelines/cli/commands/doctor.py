"""`gpuhour doctor`: check the installation, the state folder and the freshness of the data."""

from __future__ import annotations

from pipelines import settings
from pipelines.cli.console import ERROR, OK, STALE
from pipelines.cli.options import FormatOption, HomeOption, JsonOption, output_format
from pipelines.cli.table_output import show


def doctor(*, style: FormatOption = "table", as_json: JsonOption = False, home: HomeOption = None) -> int:
    """Check Python, browser, state folder, database and freshness; show what the disk holds and will in a year.

    Exits 1 when something is broken or blocked, 4 when stale.
    """
    from pipelines.queries.diagnostics import COLUMNS, disk, examine

    state, as_shown = settings.home(home), output_format(style, as_json)
    sizes = disk(state)
    rows = [*examine(state), *(row[:3] for row in sizes)]
    if as_shown == "table":
        show(COLUMNS, rows, as_shown, wrap="detail")
    else:
        numbers = {row[0]: row[3:] for row in sizes}
        show(
            (*COLUMNS, "bytes", "bytes_in_a_year"),
            [(*row, *numbers.get(row[0], (None, None))) for row in rows],
            as_shown,
        )
    verdicts = {row[1] for row in rows}
    return ERROR if verdicts & {"broken", "blocked"} else STALE if "stale" in verdicts else OK
