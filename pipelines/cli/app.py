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
    bill,
    calibrate,
    capture,
    changes,
    completion,
    cost,
    crosscheck,
    demo,
    doctor,
    explain,
    history,
    import_history,
    index,
    init,
    lake,
    mcp,
    overview,
    parse,
    plan,
    prices,
    providers,
    publish,
    quarantine,
    read,
    receipt,
    refresh,
    replay,
    report,
    schedule,
    sql,
    tidy,
)
from pipelines.cli.console import ERROR, OK, STALE, USAGE, say
from pipelines.cli.interruption import ending_on_signals
from pipelines.errors import CommandError, StaleError, UsageError

app = App(
    name="gpuhour",
    help="GPU cloud prices from public price pages: what a GPU-hour costs, where, and since when, with receipts.",
    version=lambda: version("gpuhour"),
    version_flags=["--version"],
    result_action="return_value",
)
for command in (
    overview.overview, init.init, prices.prices, history.history, changes.changes, explain.explain, sql.sql,
    parse.parse, read.read, doctor.doctor, calibrate.calibrate, crosscheck.crosscheck, demo.demo,
    refresh.refresh, replay.replay, capture.capture, backfill.backfill, schedule.schedule, plan.plan, bill.bill,
    backup.backup, backup.restore, tidy.tidy, publish.publish, mcp.mcp,
):  # fmt: skip
    app.command(command)
app.command(completion.completion_of(app))
app.command(import_history.import_, name="import")
app.command(providers.app)
app.command(quarantine.app)
app.command(cost.app)
app.command(index.app)
app.command(lake.app)
app.command(alerts.app)
app.command(report.app)
app.command(receipt.app)


def main(argv: list[str] | None = None) -> None:
    """Run a command; exits 0 ok, 1 error, 2 usage, 3 partial, 4 stale, 130 and 143 when a signal ended it.

    Logs and messages go to stderr.
    """
    settings.load_env_file()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    with ending_on_signals():
        code = _run(argv)
    sys.exit(code if isinstance(code, int) else OK)


def _run(argv: list[str] | None) -> Any:
    given = sys.argv[1:] if argv is None else argv
    # Not the app's default command: a mistyped command would be told as an argument of that.
    if not given or given[0].partition("=")[0] in ("--json", "--home"):
        given = ["overview", *given]
    try:
        return app(given, exit_on_error=False, print_error=True)
    except cyclopts.CycloptsError:
        return USAGE
    except CommandError as error:
        say(str(error))
        return USAGE if isinstance(error, UsageError) else STALE if isinstance(error, StaleError) else ERROR
    except BrokenPipeError:
        return OK
    except Exception as error:
        if not (sentence := _sentence(error)):
            raise
        say(sentence)
        return ERROR


def _sentence(error: Exception) -> str:
    """Return the message of an error of a page, disk, database or ledger; empty for what is a fault of ours."""
    from scrapers.model import ScrapeError
    from warehouse.engine.build import DamagedLanding
    from warehouse.storage.connection import DatabaseError, NothingPublished, WarehouseBusy, WarehouseDamaged
    from warehouse.storage.ledger import LedgerError

    if isinstance(error, OSError) and error.filename:
        return f"cannot use {error.filename}: {error.strerror}"
    kinds = ScrapeError | OSError | DatabaseError | LedgerError | NothingPublished | WarehouseBusy | WarehouseDamaged
    is_known = isinstance(error, kinds | DamagedLanding | settings.NoLake) or _is_of_a_lake(error)
    return str(error) if is_known else ""


def _is_of_a_lake(error: Exception) -> bool:
    """Return whether a lake failed; its modules are imported by whoever has one alone."""
    used = map(sys.modules.get, ("warehouse.storage.lake_copy", "warehouse.publish.lake_publication"))
    return any(isinstance(error, module.FAILURES) for module in used if module)
