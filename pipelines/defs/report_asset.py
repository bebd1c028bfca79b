"""The report as the last asset of the build job: the site of the database that was just published."""

from __future__ import annotations

import os

import dagster as dg

from pipelines.defs.resources import Workspace
from pipelines.reports.build import build

KEY = dg.AssetKey(["published", "report"])
STEP = "published__report"


def report_assets() -> list[dg.AssetsDefinition]:
    """Return the report asset; it does nothing when GPUHOUR_REPORT is off."""

    @dg.asset(
        key=KEY,
        deps=[dg.AssetKey(["published", "database"])],
        group_name="published",
        kinds={"html"},
        op_tags={"dagster/priority": 1},  # before alerts, which may wait for their receivers
        description="The static site in report/ of the state folder; `gpuhour report serve` shows it.",
    )
    def report(workspace: Workspace) -> dg.MaterializeResult:  # type: ignore[type-arg]
        if os.environ.get("GPUHOUR_REPORT", "").lower() == "off":
            return dg.MaterializeResult(metadata={"built": "GPUHOUR_REPORT is off"})
        home = workspace.state()
        made = build(
            home, home.report, os.environ.get("GPUHOUR_REPORT_URL", ""), os.environ.get("GPUHOUR_DATA_TERMS", "")
        )
        where = dg.MetadataValue.path(str(made.root / "index.html"))
        return dg.MaterializeResult(
            metadata={"path": where, "pages": made.pages, "files": made.files, "written": made.written}
        )

    return [report]
