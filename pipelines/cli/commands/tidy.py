"""`gpuhour tidy`: keep the state folder small, as each refresh does at its end."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from pipelines import settings
from pipelines.cli.console import OK, say
from pipelines.cli.options import FormatOption, HomeOption, JsonOption, output_format
from pipelines.cli.table_output import show
from pipelines.errors import CommandError

if TYPE_CHECKING:
    from pipelines.ingest.housekeeping import Tidied
    from warehouse.storage.state_dir import Home


def tidy(
    *,
    dry_run: Annotated[bool, Parameter(negative="", help="Change nothing; show what would be done.")] = False,
    style: FormatOption = "table",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Merge past months of landing, cut old lists down to what was read, remove old pages and runs.

    Each refresh does the same at its end. No price, receipt, record of a page or count changes.
    """
    from pipelines.cli.progress import waiting
    from pipelines.ingest.housekeeping import COLUMNS, NothingTidied, tidy_home

    state = settings.home(home)
    if not state.root.is_dir():
        raise CommandError(f"no state folder {state.root}: give --home, or set GPUHOUR_HOME")
    try:
        with waiting("tidying"):
            steps = [*tidy_home(state, is_rehearsal=dry_run), *_runs(state, dry_run)]
    except NothingTidied as busy:
        raise CommandError(f"nothing was done: {busy}") from busy
    show(COLUMNS, [step.row() for step in steps], output_format(style, as_json))
    if dry_run:
        say("nothing was changed")
    return OK


def _runs(home: Home, dry_run: bool) -> list[Tidied]:
    """Remove old runs; a state folder without a run history gets none."""
    from pipelines.ingest.housekeeping import Tidied

    if not (settings.dagster_folder(home) / "history").is_dir():
        return []
    from pipelines import in_process
    from pipelines.defs import run_retention

    with in_process.instance(home) as history:
        ids = run_retention.old_runs(history, datetime.now(UTC))
        count = len(ids) if dry_run else run_retention.remove(history, ids)
    return [Tidied("run history", "removed", count, None if count else 0)]
