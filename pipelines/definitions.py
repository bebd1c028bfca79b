"""The Dagster definitions of the project."""

import dagster as dg

from pipelines import settings
from pipelines.defs import alert_assets, jobs
from pipelines.defs.backfill_asset import backfill_assets
from pipelines.defs.postgres_asset import postgres_assets
from pipelines.defs.report_asset import report_assets
from pipelines.defs.resources import Workspace
from pipelines.defs.scrape_assets import scrape_assets
from pipelines.defs.upkeep_asset import upkeep_assets
from pipelines.defs.warehouse_assets import warehouse_assets


@dg.definitions
def defs() -> dg.Definitions:
    """Return assets, jobs, the schedule and sensors; resources read the environment (and .env) when a run starts."""
    settings.load_env_file()
    return dg.Definitions(
        assets=[
            *scrape_assets(),
            *backfill_assets(),
            *warehouse_assets(),
            *alert_assets.ASSETS,
            *report_assets(),
            *upkeep_assets(),
            *postgres_assets(),
        ],
        jobs=[jobs.SCRAPE, jobs.BACKFILL, jobs.BUILD, alert_assets.DELIVER],
        schedules=[jobs.SCHEDULE],
        sensors=[*jobs.SENSORS, *alert_assets.SENSORS],
        resources={"workspace": Workspace()},
    )
