"""`gpuhour backup` and `gpuhour restore`: keep what cannot be made again, and bring it back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from pipelines import settings
from pipelines.cli.console import OK, say
from pipelines.cli.options import FormatOption, HomeOption, JsonOption, output_format
from pipelines.cli.table_output import Format, show
from pipelines.errors import CommandError, UsageError

if TYPE_CHECKING:
    from warehouse.storage.home_backup import Contents
    from warehouse.storage.state_dir import Home


def backup(
    file: Path,
    /,
    *,
    without_pages: Annotated[bool, Parameter(negative="")] = False,
    style: FormatOption = "table",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Write landing, archived pages, the ledger and your own files into one tar file. A refresh may run meanwhile.

    Parameters
    ----------
    file
        The file to make or replace; its name ends with .tar.
    without_pages
        Leave the archived pages out: prices stay, but their days cannot be parsed again.
    """
    from pipelines.cli.progress import waiting
    from warehouse.storage import home_backup
    from warehouse.storage.ledger import LedgerError

    state = settings.home(home)
    if file.suffix != ".tar":
        raise UsageError(f"{file} must end with .tar: what it holds is compressed already")
    if not state.root.is_dir():
        raise CommandError(f"no state folder {state.root}: give --home, or set GPUHOUR_HOME")
    try:
        with waiting("copying facts and pages"):
            contents = home_backup.back_up(state, file.absolute(), with_pages=not without_pages)
    except (LedgerError, OSError) as failed:
        raise CommandError(f"no backup was made: {failed}") from failed
    _show(contents, output_format(style, as_json))
    return OK


def restore(
    file: Path,
    /,
    *,
    force: Annotated[bool, Parameter(negative="")] = False,
    style: FormatOption = "table",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Restore a backup into an empty state folder, then build and publish from it.

    Parameters
    ----------
    file
        What `gpuhour backup` wrote; every file is checked by its hash before anything is moved in.
    force
        Restore into a folder that has files: they are moved to its folder replaced-<time>, nothing is deleted.
    """
    from pipelines.cli.progress import waiting
    from warehouse.storage import home_restore
    from warehouse.storage.connection import WarehouseBusy

    state = settings.home(home)
    try:
        with waiting("checking and unpacking"):
            contents = home_restore.restore(state, file, is_forced=force)
    except home_restore.NotEmpty as taken:
        raise UsageError(f"{taken}. Nothing was restored: --force moves that aside") from taken
    except (home_restore.BadBackup, WarehouseBusy, OSError) as failed:
        raise CommandError(f"nothing was restored: {failed}") from failed
    _publish(state)
    _show(contents, output_format(style, as_json))
    return OK


def _publish(state: Home) -> None:
    from pipelines.cli.progress import show_progress
    from warehouse.publish.release import build_and_publish

    say("restored; building and publishing")
    try:
        with show_progress("building"):
            build_and_publish(state)
    except Exception as failed:
        raise CommandError(f"the files are restored; the build failed, a refresh tries again: {failed}") from failed


def _show(contents: Contents, style: Format) -> None:
    rows = [(part, count, contents.bytes[part]) for part, count in contents.files.items()]
    show(("part", "files", "bytes"), rows, style)
