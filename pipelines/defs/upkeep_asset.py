"""The state folder's upkeep as an asset of the build job, after publication: it never makes a refresh fail."""

from datetime import UTC, datetime, time

import dagster as dg

from pipelines.defs import run_retention
from pipelines.defs.resources import Workspace
from pipelines.ingest import housekeeping

KEY = dg.AssetKey(["upkeep", "state_folder"])


def upkeep_assets() -> list[dg.AssetsDefinition]:
    """Return the asset that keeps the state folder small."""

    @dg.asset(
        key=KEY,
        deps=[dg.AssetKey(["published", "database"])],
        group_name="upkeep",
        op_tags={"dagster/priority": -1},  # nobody waits for it
        description="Past months of landing in one file each, old lists cut down, old pages and runs removed.",
    )
    def upkeep(context: dg.AssetExecutionContext, workspace: Workspace) -> dg.MaterializeResult:  # type: ignore[type-arg]
        home = workspace.state()
        steps = housekeeping.quietly(home)
        n_runs = run_retention.remove_quietly(context.instance, datetime.combine(datetime.now(UTC), time.min, UTC))
        freed = sum(step.bytes_freed or 0 for step in steps)
        return dg.MaterializeResult(metadata={"bytes_freed": freed, "runs_removed": n_runs})

    return [upkeep]
