"""`gpuhour doctor`: check the installation, the state folder and the freshness of the data."""

from __future__ import annotations

from pipelines import settings
from pipelines.cli.console import ERROR, OK, STALE
from pipelines.cli.options import FormatOption, HomeOption, JsonOption, output_format
from pipelines.cli.table_output import show


def doctor(*, style: FormatOption = "table", as_json: JsonOption = False, home: HomeOption = None) -> int:
    """Check Python, browser, state folder, database and freshness.

    Exits 1 when something is broken or blocked, 4 when stale.
    """
    from pipelines.queries.diagnostics import COLUMNS, examine

    rows = examine(settings.home(home))
    show(COLUMNS, rows, output_format(style, as_json))
    verdicts = {row[1] for row in rows}
    return ERROR if verdicts & {"broken", "blocked"} else STALE if "stale" in verdicts else OK
