"""The command line. Each command imports what it needs when it runs, so that reading stays instant."""

from __future__ import annotations

import logging
import sys
from importlib.metadata import version
from typing import Any

import cyclopts
from cyclopts import App

from pipelines import (
    alerting,
    ask,
    calibrating,
    cost,
    crosschecking,
    explaining,
    importing,
    past,
    provider_commands,
    quarantine,
    replaying,
    reporting,
    settings,
    work,
)
from pipelines.console import ERROR, OK, USAGE, Problem, say

app = App(
    name="gpuhour",
    help="What a GPU-hour costs, where, and since when: from public price pages, with receipts.",
    version=lambda: version("gpuhour"),
    version_flags=["--version"],
    result_action="return_value",
)
for command in (
    ask.prices, past.history, past.changes, explaining.explain, ask.sql, ask.parse, ask.doctor,
    calibrating.calibrate, crosschecking.crosscheck, work.demo, work.refresh, replaying.replay, work.capture,
    work.schedule,
):  # fmt: skip
    app.command(command)
app.command(importing.import_, name="import")
app.command(provider_commands.app)
app.command(quarantine.app)
app.command(cost.app)
app.command(alerting.app)
app.command(reporting.app)


def main(argv: list[str] | None = None) -> None:
    """Run a command; exits 0 ok, 1 error, 2 usage, 3 partial, 4 stale. Logs and messages go to stderr."""
    settings.load_env_file()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    try:
        code: Any = app(argv, exit_on_error=False, print_error=True)
    except cyclopts.CycloptsError:
        code = USAGE
    except Problem as problem:
        say(str(problem))
        code = problem.code
    except BrokenPipeError:
        code = OK
    except KeyboardInterrupt:
        code = ERROR
    sys.exit(code if isinstance(code, int) else OK)
