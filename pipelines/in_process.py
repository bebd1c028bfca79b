"""Runs both jobs in this process: scrape every provider, then build and publish even if some failed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg

from pipelines import settings
from pipelines.definitions import defs
from pipelines.defs import jobs, postgres_asset, report_asset, run_database
from pipelines.defs.resources import Workspace
from pipelines.defs.scrape_assets import DAILY
from warehouse.storage.files import locked
from warehouse.storage.state_dir import Home

PUBLISHED = "published__database"  # the step
log = logging.getLogger("gpuhour.refresh")
# Dagster's own log is kept with the run (`make serve` shows it); the terminal gets ours.
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True, slots=True)
class RefreshResult:
    """The result of a refresh: failed and partly read providers, and whether prices and report were published.

    `copied` is whether the Postgres server has them too; true where none is set.
    """

    failed: tuple[str, ...]
    partial: tuple[str, ...]
    published: bool
    reported: bool
    copied: bool
    reasons: dict[str, str]  # failed provider, or step or check of the build -> its error message


class DayOutOfRange(Exception):
    """The date is outside the partition range."""


@contextmanager
def instance(home: Home, is_kept: bool = True) -> Iterator[dg.DagsterInstance]:
    """Yield Dagster's run history of a state folder; one that keeps nothing where it is not wanted.

    Created by one process at a time, since two at once would corrupt it.
    """
    if not is_kept:
        with run_database.forgetful() as passing:
            yield passing
        return
    folder = settings.dagster_home(home)
    with run_database.kept_open():
        with locked(folder / "init.lock"):
            opened = dg.DagsterInstance.from_config(str(folder))
            opened.get_run_records(limit=1)  # creates the tables
        with opened:
            yield opened


def refresh(
    home: Path,
    provider: str | None = None,
    replay: Path | None = None,
    day: date | None = None,
    *,
    has_history: bool = True,
) -> RefreshResult:
    """Scrape (one provider or all), then build and publish.

    `replay` fetches from a folder of recorded captures; `day` is the UTC day to refresh: without replay a past day
    re-reads its archive. `has_history`: whether Dagster records the run. Raises DayOutOfRange.
    Failures inside a step are reported in the result.
    """
    workspace = Workspace(
        home=str(home),
        replay=str(replay) if replay else "",
        replay_day=day.isoformat() if day and replay else "",
        may_retry=False,  # the fetcher has tried again already; waiting here would hold up the other providers
    )
    today = datetime.now(UTC).date()
    partition = today if replay or day is None else day
    if not DAILY.has_partition_key(partition.isoformat()):
        raise DayOutOfRange(f"{partition} cannot be refreshed: days run from {DAILY.start:%Y-%m-%d} to {today} (UTC)")
    tags = {"gpuhour/replay": str(replay)} if replay else {}
    code = defs()
    with instance(Home(home), has_history) as history:
        selected = [dg.AssetKey(["landing", provider])] if provider else None
        scraped: dg.ExecuteInProcessResult | dg.JobExecutionResult
        if settings.broker():
            scraped = _scrape_on_workers(history, tags, partition, workspace, selected)
        else:
            scrape = code.resolve_job_def(jobs.SCRAPE.name)
            if selected:  # selecting within execute_in_process would refuse a workspace of our own
                scrape = scrape.get_subset(asset_selection=set(selected))
            scraped = scrape.execute_in_process(
                instance=history,
                tags=tags,
                partition_key=partition.isoformat(),
                resources={"workspace": workspace},
                raise_on_error=False,
                run_config=QUIET,
            )
        log.info("building and publishing")
        built = code.resolve_job_def(jobs.BUILD.name).execute_in_process(
            instance=history,
            tags=tags,
            resources={"workspace": workspace},
            raise_on_error=False,
            run_config=QUIET,
        )
    failed = tuple(sorted(str(e.step_key).removeprefix("landing__") for e in scraped.get_step_failure_events()))
    partial = tuple(sorted(c.asset_key.path[-1] for c in scraped.get_asset_check_evaluations() if not c.passed))
    done = {str(event.step_key) for event in built.get_step_success_events()}
    return RefreshResult(
        failed,
        partial,
        PUBLISHED in done,
        report_asset.STEP in done,
        postgres_asset.STEP in done,
        dict(_reasons(scraped)) | dict(_reasons(built)),
    )


def scrape_job() -> dg.JobDefinition:
    """Return the job as workers make it anew."""
    return defs().resolve_job_def(jobs.SCRAPE.name)


def _scrape_on_workers(
    history: dg.DagsterInstance,
    tags: dict[str, str],
    day: date,
    workspace: Workspace,
    selected: list[dg.AssetKey] | None,
) -> dg.JobExecutionResult:
    """Let workers run the steps, each in a state folder of its own: what they land goes through the lake."""
    shared = workspace.model_dump(include={"replay", "replay_day", "may_retry"})
    with dg.execute_job(
        dg.reconstructable(scrape_job),
        history,
        run_config=QUIET | {"resources": {"workspace": {"config": shared}}},
        tags=tags | {"dagster/partition": day.isoformat()},
        asset_selection=selected,
        raise_on_error=False,
    ) as result:
        return result


def _reasons(result: dg.ExecuteInProcessResult | dg.JobExecutionResult) -> Iterator[tuple[str, str]]:
    for event in result.get_step_failure_events():
        failed = event.step_failure_data
        user_data = failed.user_failure_data
        # Dagster wraps what the step raised.
        error = failed.error and (failed.error.cause or failed.error)
        why = user_data.description if user_data else error.message if error else None
        yield str(event.step_key).removeprefix("landing__"), (why or "unknown").strip()
    for check in result.get_asset_check_evaluations():
        if not check.passed and check.severity == dg.AssetCheckSeverity.ERROR:
            yield check.check_name, f"offending rows: {check.metadata['examples'].value}"
