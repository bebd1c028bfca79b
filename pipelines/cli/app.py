"""The command line. A command is imported when it is given, its dependencies when it runs: reading stays instant."""

from __future__ import annotations

import gc
import logging
import sys
from importlib.metadata import version
from typing import Any

import cyclopts
from cyclopts import App

from pipelines import settings
from pipelines.cli.commands.completion import completion_of
from pipelines.cli.console import ERROR, OK, STALE, USAGE, say
from pipelines.cli.interruption import ending_on_signals
from pipelines.errors import CommandError, StaleError, UsageError

_GARBAGE = 50_000  # new objects between two looks for cycles: Python's 700 take a twentieth of a short command

app = App(
    name="gpuhour",
    help="GPU cloud prices from public price pages: what a GPU-hour costs, where, and since when, with receipts.",
    version=lambda: version("gpuhour"),
    version_flags=["--version"],
    result_action="return_value",
)
# In the order of the help. Only the module of the command that is given is imported.
for _module in (
    "overview", "init", "prices", "history", "changes", "explain", "sql", "parse", "read", "doctor", "calibrate",
    "crosscheck", "demo", "refresh", "replay", "capture", "backfill", "schedule", "plan", "bill", "backup", "tidy",
    "publish", "mcp",
):  # fmt: skip
    app.command(f"pipelines.cli.commands.{_module}:{_module}")
app.command("pipelines.cli.commands.backup:restore")
app.command("pipelines.cli.commands.import_history:import_", name="import")
app.command(completion_of(app), name="completion")
for _module in ("providers", "quarantine", "cost", "index", "lake", "alerts", "report", "receipt"):
    app.command(f"pipelines.cli.commands.{_module}:app", name=_module)


def main(argv: list[str] | None = None) -> None:
    """Run a command; exits 0 ok, 1 error, 2 usage, 3 partial, 4 stale, 130 and 143 when a signal ended it.

    Logs and messages go to stderr.
    """
    gc.set_threshold(_GARBAGE)
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
    if not {*app.help_flags}.isdisjoint(given):  # help shows what each command does, so they are imported
        is_of_one = given[0] not in app.help_flags and given[0] in set(app)
        (app[given[0]] if is_of_one else app).resolved_commands()
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
