"""The command line. Each command imports its dependencies when it runs, so that reading stays instant."""

from __future__ import annotations

import logging
import sys
from importlib.metadata import version
from typing import Any

import cyclopts
from cyclopts import App

from pipelines import settings
from pipelines.cli.commands import (
    alerts,
    backfill,
    backup,
    calibrate,
    capture,
    changes,
    cost,
    crosscheck,
    demo,
    doctor,
    explain,
    history,
    import_history,
    index,
    parse,
    plan,
    prices,
    providers,
    quarantine,
    read,
    refresh,
    replay,
    report,
    schedule,
    sql,
)
from pipelines.cli.console import ERROR, OK, USAGE, say
from pipelines.errors import CommandError, UsageError

app = App(
    name="gpuhour",
    help="GPU cloud prices from public price pages: what a GPU-hour costs, where, and since when, with receipts.",
    version=lambda: version("gpuhour"),
    version_flags=["--version"],
    result_action="return_value",
)
for command in (
    prices.prices, history.history, changes.changes, explain.explain, sql.sql, parse.parse, read.read, doctor.doctor,
    calibrate.calibrate, crosscheck.crosscheck, demo.demo, refresh.refresh, replay.replay, capture.capture,
    backfill.backfill, schedule.schedule, plan.plan, backup.backup, backup.restore,
):  # fmt: skip
    app.command(command)
app.command(import_history.import_, name="import")
app.command(providers.app)
app.command(quarantine.app)
app.command(cost.app)
app.command(index.app)
app.command(alerts.app)
app.command(report.app)


def main(argv: list[str] | None = None) -> None:
    """Run a command; exits 0 ok, 1 error, 2 usage, 3 partial, 4 stale. Logs and messages go to stderr."""
    settings.load_env_file()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    try:
        code: Any = app(argv, exit_on_error=False, print_error=True)
    except cyclopts.CycloptsError:
        code = USAGE
    except CommandError as error:
        say(str(error))
        code = USAGE if isinstance(error, UsageError) else ERROR
    except BrokenPipeError:
        code = OK
    except KeyboardInterrupt:
        code = ERROR
    sys.exit(code if isinstance(code, int) else OK)
