"""Runs both jobs in this process: scrape every provider, then build and publish, whatever became of some."""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg

from pipelines import automation, settings
from pipelines.definitions import defs
from pipelines.resources import Workspace

log = logging.getLogger("gpuhour.refresh")
# Dagster's own log is kept with the run (`make serve` shows it); the terminal gets ours.
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a refresh did: providers that failed outright or in part, and whether the build was published."""

    failed: tuple[str, ...]
    partial: tuple[str, ...]
    published: bool


@contextmanager
def instance() -> Iterator[dg.DagsterInstance]:
    """Dagster's run history in .dagster/ of the checkout; made by one process at a time, since two would break it."""
    before = Path.cwd()
    os.chdir(settings.CHECKOUT)  # dagster.yaml's paths are relative to it
    os.environ.setdefault("DAGSTER_HOME", str(settings.CHECKOUT))
    lock = settings.CHECKOUT / ".dagster" / "init.lock"
    lock.parent.mkdir(exist_ok=True)
    try:
        with lock.open("w") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            opened = dg.DagsterInstance.get()
            opened.get_run_records(limit=1)  # creates the tables
        with opened:
            yield opened
    finally:
        os.chdir(before)


def refresh(home: Path, provider: str | None = None, replay: Path | None = None, day: date | None = None) -> Outcome:
    """Scrape (one provider or all), then build and publish.

    `replay` fetches from a folder of recorded captures; `day` is the UTC day to refresh: without replay a past day
    re-reads its archive. Raises OSError (disk), WarehouseBusy.
    """
    workspace = Workspace(
        home=str(home), replay=str(replay) if replay else "", replay_day=day.isoformat() if day and replay else ""
    )
    today = datetime.now(UTC).date()
    partition = today if replay or day is None else day
    tags = {"gpuhour/replay": str(replay)} if replay else {}
    code = defs()
    with instance() as history:
        wanted = [dg.AssetKey(["landing", provider])] if provider else None
        scraped = code.resolve_job_def(automation.SCRAPE.name).execute_in_process(
            instance=history,
            tags=tags,
            partition_key=partition.isoformat(),
            resources={"workspace": workspace},
            asset_selection=wanted,
            raise_on_error=False,
            run_config=QUIET,
        )
        log.info("building and publishing")
        built = code.resolve_job_def(automation.BUILD.name).execute_in_process(
            instance=history,
            tags=tags,
            resources={"workspace": workspace},
            raise_on_error=False,
            run_config=QUIET,
        )
    failed = tuple(sorted(str(e.step_key).removeprefix("landing__") for e in scraped.get_step_failure_events()))
    partial = tuple(sorted(c.asset_key.path[-1] for c in scraped.get_asset_check_evaluations() if not c.passed))
    return Outcome(failed, partial, built.success)
