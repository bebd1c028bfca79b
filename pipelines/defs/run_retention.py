"""Removes old runs from Dagster's history, with their events and logs; what they landed and published stays."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import dagster as dg
from dagster._core.storage.dagster_run import FINISHED_STATUSES

from pipelines.queries import keep_limits

AT_ONCE = 50  # runs of one call: years of them are removed over some days
log = logging.getLogger("gpuhour.tidy")


def old_runs(instance: dg.DagsterInstance, now: datetime) -> list[str]:
    """Return the ids of finished runs older than GPUHOUR_KEEP_RUNS allows, at most AT_ONCE. Raises UsageError."""
    keep = keep_limits.limit(keep_limits.RUNS)
    if keep.days is None:
        return []
    before = dg.RunsFilter(statuses=list(FINISHED_STATUSES), created_before=now - timedelta(days=keep.days))
    records = instance.get_run_records(before, limit=AT_ONCE, ascending=True)
    return [record.dagster_run.run_id for record in records]


def remove(instance: dg.DagsterInstance, run_ids: list[str]) -> int:
    """Remove runs, their events and their logs; return how many."""
    for run_id in run_ids:
        instance.compute_log_manager.delete_logs(prefix=[run_id])
        instance.delete_run(run_id)
        shard = getattr(instance.event_log_storage, "path_for_shard", None)  # SQLite has a file for each run
        if shard:
            for suffix in ("", "-wal", "-shm"):
                with suppress(FileNotFoundError):
                    Path(f"{shard(run_id)}{suffix}").unlink()
    return len(run_ids)


def remove_quietly(instance: dg.DagsterInstance, now: datetime) -> int:
    """Remove old runs after a refresh, whose outcome this cannot change: what fails is logged."""
    try:
        return remove(instance, old_runs(instance, now))
    except Exception as failed:
        log.warning("old runs were not removed: %s", failed)
        return 0
