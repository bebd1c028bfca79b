"""The daily schedule, and the build that follows every scrape, even if some provider failed."""

import dagster as dg

from pipelines.alerts.delivery import heartbeat
from pipelines.defs import celery_workers

SCRAPE = dg.define_asset_job(
    "scrape",
    selection=dg.AssetSelection.groups("landing"),
    executor_def=celery_workers.scrape_executor(),
    description="Fetch every provider's pages, parse them and land the offers.",
)
BACKFILL = dg.define_asset_job(
    "backfill",
    selection=dg.AssetSelection.groups("backfill"),
    executor_def=dg.in_process_executor,
    description="Read a provider's past prices of a month from the Wayback Machine; the next build publishes them.",
)
BUILD = dg.define_asset_job(
    "build",
    selection=dg.AssetSelection.all() - dg.AssetSelection.groups("landing", "backfill"),
    executor_def=dg.in_process_executor,
    description="Rebuild the warehouse from the landing, check it, publish it and build the report.",
)
# 06:15 UTC: the European Central Bank's and most providers' changes of the day before are out.
# Dagster runs the newest tick missed while it was off, so a machine that wakes at nine still gets that day.
SCHEDULE = dg.build_schedule_from_partitioned_job(
    SCRAPE, hour_of_day=6, minute_of_hour=15, default_status=dg.DefaultScheduleStatus.RUNNING, name="daily"
)


def _build_after(status: dg.DagsterRunStatus, name: str) -> dg.SensorDefinition:
    @dg.run_status_sensor(
        run_status=status,
        name=name,
        monitored_jobs=[SCRAPE],
        request_job=BUILD,
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=15,
    )
    def start_build(context: dg.RunStatusSensorContext) -> dg.RunRequest:
        return dg.RunRequest(run_key=context.dagster_run.run_id)

    return start_build


def _heartbeat(status: dg.DagsterRunStatus, name: str, code: int) -> dg.SensorDefinition:
    @dg.run_status_sensor(
        run_status=status,
        name=name,
        monitored_jobs=[BUILD],
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=15,
        description=f"Tells {heartbeat.VARIABLE}, where it is set, that a refresh ended.",
    )
    def send_heartbeat(_: dg.RunStatusSensorContext) -> None:
        heartbeat.ended(code)

    return send_heartbeat


SENSORS = [
    _build_after(dg.DagsterRunStatus.SUCCESS, "build_after_scrape"),
    _build_after(dg.DagsterRunStatus.FAILURE, "build_after_failed_scrape"),
    _heartbeat(dg.DagsterRunStatus.SUCCESS, "heartbeat_after_build", 0),
    _heartbeat(dg.DagsterRunStatus.FAILURE, "heartbeat_after_failed_build", 1),
]
