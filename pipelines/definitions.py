"""Everything Dagster runs, in one place."""

import dagster as dg

from pipelines import alert_assets, automation, settings
from pipelines.report_asset import report_assets
from pipelines.resources import Workspace
from pipelines.scrape import scrape_assets
from pipelines.transform import warehouse_assets


@dg.definitions
def defs() -> dg.Definitions:
    """Assets, jobs, schedule and sensors; resources read the environment (and .env) when a run starts."""
    settings.load_env_file()
    return dg.Definitions(
        assets=[*scrape_assets(), *warehouse_assets(), *alert_assets.ASSETS, *report_assets()],
        jobs=[automation.SCRAPE, automation.BUILD, alert_assets.DELIVER],
        schedules=[automation.SCHEDULE],
        sensors=[*automation.SENSORS, *alert_assets.SENSORS],
        resources={"workspace": Workspace()},
    )
