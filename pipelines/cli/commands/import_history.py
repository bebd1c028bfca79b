"""`gpuhour import`: load price history from elsewhere, then build and publish."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from pipelines.cli.console import OK, PARTIAL, say, writable_home
from pipelines.cli.options import DayOption, HomeOption, JsonOption, output_format
from pipelines.cli.table_output import show
from pipelines.errors import CommandError, UsageError

if TYPE_CHECKING:
    from warehouse.imports.import_file import Imported
    from warehouse.storage.state_dir import Home

COLUMNS = ("source", "rows", "landed", "rejected", "quarantined", "seconds", "note")


@dataclass
class ImportReport:
    """Messages about an import besides its numbers, and whether some rows were left out."""

    note: str = ""
    partial: bool = False
    lines: list[str] = field(default_factory=list)


def import_(
    file: Path | None = None,
    /,
    *,
    source: str = "",
    skypilot: Annotated[Path | None, Parameter(name="--skypilot")] = None,
    throughput: bool = False,
    since: DayOption = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Load price history from a file (see docs/import.md) or the SkyPilot catalog, rebuild and publish.

    A file of changes of hosted API prices is loaded under the name of the list that they come from. Measured
    throughput, of one's own or published, is loaded with --throughput and stands beside the cost model's answers.

    The same file again loads nothing. Exits 3 when some rows could not be loaded, 1 when none could.

    Parameters
    ----------
    file
        CSV (also .csv.gz) or Parquet of the long format; with the name of a list of hosted prices, CSV of its changes;
        with --throughput, CSV of measurements, a summary of an MLPerf round or an answer of InferenceX's API.
    source
        Name for the source of these rows, as in archive/owner/repo (with --skypilot: skypilot). genai-prices,
        models.dev and litellm name the lists of hosted prices.
    skypilot
        Git checkout of the SkyPilot catalog, with its history: every commit becomes a day's prices.
    throughput
        The file holds measured throughput of language models, not prices.
    since
        With --skypilot: only commits of this UTC day and later.
    """
    from pipelines.cli.progress import show_progress

    if (file is None) == (skypilot is None):
        raise UsageError("give either a file or --skypilot with a folder")
    if since and not skypilot:
        raise UsageError("--since needs --skypilot")
    if throughput and skypilot:
        raise UsageError("--throughput needs a file, not --skypilot")
    if not source and not skypilot:
        raise UsageError("--source is missing: the name for the source of these rows")
    began = time.monotonic()
    state = writable_home(home)
    name = _checked(state, source or "skypilot", is_catalog=skypilot is not None)
    with show_progress("importing"):
        if throughput and file:
            imported, report = _landed_throughput(state, name, file)
        else:
            imported, report = _landed(state, name, file or skypilot or Path(), skypilot is not None, since)
        for line in report.lines:
            say(line)
        if imported and imported.rows and not imported.landed and not imported.known:
            raise CommandError(f"{file or skypilot}: none of its {imported.rows:,} rows could be loaded")
        publish(state)
    numbers = (imported.rows, imported.landed, imported.rejected) if imported else (0, 0, 0)
    seconds = round(time.monotonic() - began, 1)
    row = (name, *numbers, _quarantined(state, name), seconds, report.note)
    show(COLUMNS, [row], output_format("table", as_json))
    return PARTIAL if report.partial else OK


def _checked(state: Home, name: str, *, is_catalog: bool) -> str:
    from warehouse.imports.hosted_changes import REPOSITORIES
    from warehouse.imports.import_file import check_name

    if name in REPOSITORIES:
        if is_catalog:
            raise UsageError(f"--source: {name!r} is a list of hosted prices, not a catalog of GPUs")
        return name
    try:
        return check_name(state, name)
    except ValueError as wrong:
        raise UsageError(f"--source: {wrong}") from wrong


def _landed(
    state: Home, name: str, path: Path, is_catalog: bool, since: date | None
) -> tuple[Imported | None, ImportReport]:
    """Land the rows; return the import (None: a catalog without news) and a report of it."""
    from warehouse.imports.csv_records import Unreadable
    from warehouse.imports.hosted_changes import REPOSITORIES, land_changes
    from warehouse.imports.import_file import land_file, only_importer
    from warehouse.storage.connection import DatabaseError

    report = ImportReport()
    try:
        with only_importer(state) as room:
            if name in REPOSITORIES and not is_catalog:
                imported = land_changes(state, path, name, room)
                return imported, _describe(report, imported, str(path))
            if not is_catalog:
                imported = land_file(state, path, name, room)
                return imported, _describe(report, imported, str(path))
            from warehouse.imports import skypilot

            catalog = skypilot.read(path, room, skypilot.known(state, name), since)
            report.lines += [f"{path}: {line}" for line in catalog.unreadable]
            report.partial = bool(catalog.unreadable)
            if catalog.file is None:
                if catalog.unreadable:
                    raise CommandError(f"{path}: nothing could be loaded; {catalog.unreadable[0]}")
                report.note = "nothing new"
                return None, report
            imported = land_file(state, catalog.file, name, room)
            return imported, _describe(report, imported, str(path))
    except Unreadable as wrong:
        raise CommandError(f"{path}: {wrong}") from wrong
    except (DatabaseError, OSError) as broken:
        raise CommandError(f"{path}: could not be landed: {broken}") from broken


def _landed_throughput(state: Home, name: str, path: Path) -> tuple[Imported | None, ImportReport]:
    """Land measured throughput; return the import and a report of it."""
    from pipelines.ingest.throughput_list import import_results
    from scrapers.model import ScrapeError
    from warehouse.imports.csv_records import Unreadable
    from warehouse.imports.import_file import only_importer
    from warehouse.storage.connection import DatabaseError

    report = ImportReport()
    try:
        with only_importer(state) as room:
            imported, left_out = import_results(state, path, name, room)
    except (Unreadable, ScrapeError) as wrong:
        raise CommandError(f"{path}: {wrong}") from wrong
    except (DatabaseError, OSError) as broken:
        raise CommandError(f"{path}: could not be landed: {broken}") from broken
    report.lines += [f"{path}: left out {count} x {reason}" for reason, count in left_out.items()]
    return imported, _describe(report, imported, str(path))


def _describe(report: ImportReport, imported: Imported, path: str) -> ImportReport:
    if imported.known:
        report.note = "nothing new: landed before"
    if imported.ignored:
        names = ", ".join(imported.ignored[:20])
        report.lines.append(f"{path}: ignored columns: {names}")
    for fault, about in imported.faults:
        what = f"{fault.column} {fault.value!r}" if fault.column else repr(fault.value)
        report.lines.append(
            f"{path}: {imported.counted_by} {fault.row}: {what} {fault.reason}{about and f' ({about})'}"
        )
    if imported.rejected:
        report.partial = True
        report.lines.append(
            f"{path}: {imported.rejected:,} rows could not be loaded; all of them: {imported.rejected_file}"
        )
    return report


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
    """Count the prices of this import that the gate quarantined; None where there is no gate."""
    from warehouse.storage.connection import DatabaseError, published

    with published(state) as con:
        try:
            rows = con.execute(
                "select count(*) from v1.quality_events where verdict = 'quarantine' and status = 'held' "
                "and (source = ? or starts_with(source, ?)) union all "
                "select count(*) from marts.hosted_price_faults where status = 'held' and list = ? order by 1 desc",
                [name, f"{name}/", name],
            ).fetchall()
        except DatabaseError:
            return None
    return int(rows[0][0])
