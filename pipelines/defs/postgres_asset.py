"""The copy on a Postgres server as the last asset of the build job; its failure leaves all else published."""

from __future__ import annotations

import dagster as dg

from pipelines import settings
from pipelines.defs.resources import Workspace

KEY = dg.AssetKey(["published", "postgres"])
STEP = "published__postgres"


def postgres_assets() -> list[dg.AssetsDefinition]:
    """Return the asset; it does nothing where GPUHOUR_PUBLISH_TO is not set."""

    @dg.asset(
        key=KEY,
        deps=[dg.AssetKey(["published", "database"])],
        group_name="published",
        kinds={"postgres"},
        op_tags={"dagster/priority": -1},  # last: nothing of ours waits for another machine
        description="v1 and marts on the Postgres server that GPUHOUR_PUBLISH_TO names.",
    )
    def postgres(workspace: Workspace) -> dg.MaterializeResult:  # type: ignore[type-arg]
        address = settings.publish_address()
        if not address:
            return dg.MaterializeResult(metadata={"published": "GPUHOUR_PUBLISH_TO is not set"})
        from warehouse.publish.postgres import postgres_publication

        try:
            result = postgres_publication.publish_to(workspace.state(), address)
        except postgres_publication.FAILURES as failed:  # without its cause, whose text is the server's
            raise dg.Failure(f"nothing was published to Postgres: {failed}", allow_retries=False) from None
        counts = {name: sum(each.outcome == name for each in result.relations) for name in ("copied", "changed")}
        return dg.MaterializeResult(metadata={"place": result.place, **counts, "notes": "\n".join(result.notes)})

    return [postgres]
