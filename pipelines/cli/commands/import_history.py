"""The command that brings in history from elsewhere: it lands, builds and publishes before it returns."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from pipelines import settings
from pipelines.cli.console import OK, PARTIAL, say
from pipelines.cli.options import HomeOption, JsonOption, output_format
from pipelines.cli.table_output import show
from pipelines.errors import CommandError, UsageError

if TYPE_CHECKING:
    from warehouse.imports.import_file import Imported
    from warehouse.storage.state_dir import Home

COLUMNS = ("source", "rows", "landed", "rejected", "quarantined", "seconds", "note")


@dataclass
class Told:
    """What an import says besides its numbers, and whether something stayed behind."""

    note: str = ""
    partial: bool = False
    lines: list[str] = field(default_factory=list)


def import_(
    file: Path | None = None,
    /,
    *,
    source: str = "",
    skypilot: Annotated[Path | None, Parameter(name="--skypilot")] = None,
    since: date | None = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Load price history from a file (see docs/import.md) or the SkyPilot catalog, rebuild and publish.

    The same file again loads nothing. Exits 3 when some rows could not be loaded, 1 when none could.

    Parameters
    ----------
    file
        CSV (also .csv.gz) or Parquet of the long format.
    source
        Name that the rows' sources go by, as in archive/owner/repo (with --skypilot: skypilot).
    skypilot
        Git checkout of the SkyPilot catalog, with its history: every commit becomes a day's prices.
    since
        With --skypilot: only commits of this UTC day and later.
    """
    from pipelines.cli.progress import shown

    if (file is None) == (skypilot is None):
        raise UsageError("give a file or --skypilot and a folder, one of them")
    if since and not skypilot:
        raise UsageError("--since goes with --skypilot")
    if not source and not skypilot:
        raise UsageError("--source is missing: the name that the rows' sources go by")
    began = time.monotonic()
    state = settings.home(home)
    name = _checked(state, source or "skypilot")
    with shown("importing"):
        done, told = _landed(state, name, file or skypilot or Path(), skypilot is not None, since)
        for line in told.lines:
            say(line)
        if done and done.rows and not done.landed:
            raise CommandError(f"{file or skypilot}: none of its {done.rows:,} rows could be loaded")
        publish(state)
    numbers = (done.rows, done.landed, done.rejected) if done else (0, 0, 0)
    seconds = round(time.monotonic() - began, 1)
    row = (name, *numbers, _quarantined(state, name), seconds, told.note)
    show(COLUMNS, [row], output_format("table", as_json))
    return PARTIAL if told.partial else OK


def _checked(state: Home, name: str) -> str:
    from warehouse.imports.import_file import check_name

    try:
        return check_name(state, name)
    except ValueError as wrong:
        raise UsageError(f"--source: {wrong}") from wrong


def _landed(state: Home, name: str, path: Path, is_catalog: bool, since: date | None) -> tuple[Imported | None, Told]:
    """What became of the rows (None: a catalog without news), and what to tell."""
    from warehouse.imports.csv_records import Unreadable
    from warehouse.imports.import_file import land_file, only_importer
    from warehouse.storage.connection import DatabaseError

    told = Told()
    try:
        with only_importer(state) as room:
            if not is_catalog:
                done = land_file(state, path, name, room)
                return done, _tell(told, done, str(path))
            from warehouse.imports import skypilot

            catalog = skypilot.read(path, room, skypilot.known(state, name), since)
            told.lines += [f"{path}: {line}" for line in catalog.unreadable]
            told.partial = bool(catalog.unreadable)
            if catalog.file is None:
                if catalog.unreadable:
                    raise CommandError(f"{path}: nothing could be loaded; {catalog.unreadable[0]}")
                told.note = "nothing new"
                return None, told
            done = land_file(state, catalog.file, name, room)
            return done, _tell(told, done, str(path))
    except Unreadable as wrong:
        raise CommandError(f"{path}: {wrong}") from wrong
    except (DatabaseError, OSError) as broken:
        raise CommandError(f"{path}: could not be landed: {broken}") from broken


def _tell(told: Told, done: Imported, path: str) -> Told:
    if done.known:
        told.note = "nothing new: landed before"
    if done.ignored:
        names = ", ".join(done.ignored[:20])
        told.lines.append(f"{path}: columns passed over: {names}")
    for fault, about in done.faults:
        what = f"{fault.column} {fault.value!r}" if fault.column else repr(fault.value)
        told.lines.append(f"{path}: {done.counted_by} {fault.row}: {what} {fault.reason}{about and f' ({about})'}")
    if done.rejected:
        told.partial = True
        told.lines.append(f"{path}: {done.rejected:,} rows could not be loaded; all of them: {done.rejected_file}")
    return told


def publish(state: Home) -> None:
    """Build and publish. Raises CommandError on failure: the landing and the old published file stay."""
    import logging

    from warehouse.engine.build import DamagedLanding
    from warehouse.publish import release
    from warehouse.storage.connection import DatabaseError, WarehouseBusy, WarehouseDamaged

    logging.getLogger("gpuhour.import").info("building and publishing")
    try:
        release.build_and_publish(state)
    except (
        release.NotPublished, DamagedLanding, DatabaseError, WarehouseBusy, WarehouseDamaged, OSError,
    ) as failed:  # fmt: skip
        raise CommandError(f"landed, but not published; the old database stays: {failed}") from failed


def _quarantined(state: Home, name: str) -> int | None:
    """Entries of this import that the gate holds; None where there is no gate."""
    from warehouse.storage.connection import DatabaseError, published

    with published(state) as con:
        try:
            rows = con.execute(
                "select count(*) from v1.quality_events where verdict = 'quarantine' and status = 'held' "
                "and (source = ? or starts_with(source, ?))",
                [name, f"{name}/"],
            ).fetchall()
        except DatabaseError:
            return None
    return int(rows[0][0])
