"""Everything Dagster runs, in one place."""

import dagster as dg

from pipelines import automation, settings
from pipelines.report_asset import report_assets
from pipelines.resources import Workspace
from pipelines.scrape import scrape_assets
from pipelines.transform import warehouse_assets


@dg.definitions
def defs() -> dg.Definitions:
    """Assets, jobs, schedule and sensors; resources read the environment (and .env) when a run starts."""
    settings.load_env_file()
    return dg.Definitions(
        assets=[*scrape_assets(), *warehouse_assets(), *report_assets()],
        jobs=[automation.SCRAPE, automation.BUILD],
        schedules=[automation.SCHEDULE],
        sensors=automation.SENSORS,
        resources={"workspace": Workspace()},
    )
