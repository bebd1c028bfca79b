"""Past prices from the Wayback Machine as one asset, partitioned by provider and month; nothing schedules it."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import dagster as dg

from pipelines.defs.resources import Workspace
from pipelines.ingest.read_captures import LEFT, read_captures
from scrapers import registry
from scrapers.fetching.archive import Archive
from scrapers.fetching.crawler import Fetcher
from scrapers.fetching.policy import Settings

KEY = dg.AssetKey(["backfill", "captures"])
EVERY = timedelta(days=7)  # as `gpuhour backfill` has it
MONTHS = dg.MonthlyPartitionsDefinition(start_date="2022-01-01", end_offset=1)


def backfill_assets() -> list[dg.AssetsDefinition]:
    """Return the asset; what it lands is published by the next build."""
    providers = dg.StaticPartitionsDefinition(list(registry.modules()))

    @dg.asset(
        key=KEY,
        partitions_def=dg.MultiPartitionsDefinition({"provider": providers, "month": MONTHS}),
        # The archive limits its readers, not us: an hour later it may answer again.
        retry_policy=dg.RetryPolicy(max_retries=3, delay=3600),
        group_name="backfill",
        kinds={"http", "parquet"},
        description="A provider's prices of a month, as captures of its pages in the Wayback Machine state them.",
        metadata={"url": dg.MetadataValue.url(Settings().archive)},
    )
    def captures(context: dg.AssetExecutionContext, workspace: Workspace) -> dg.MaterializeResult:  # type: ignore[type-arg]
        if workspace.is_replay:
            return dg.MaterializeResult(metadata={"dagster/row_count": 0})
        keys = context.partition_key.keys_by_dimension
        first = date.fromisoformat(keys["month"])
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        fetching = Settings.from_env()
        with (
            workspace.sharing(keys["provider"]),
            Fetcher(Archive(workspace.state().root), settings=fetching) as fetcher,
        ):
            report = read_captures(
                registry.get(keys["provider"]), fetcher, workspace.state(), first,
                min(last, datetime.now(UTC).date()), EVERY, fetching.archive,
            )  # fmt: skip
        outcomes = Counter(result.outcome for result in report.results)
        if report.stopped or outcomes[LEFT]:
            why = report.stopped or f"{outcomes[LEFT]} captures could not be downloaded for now"
            raise dg.Failure(why, allow_retries=workspace.may_retry)
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": sum(result.n_prices for result in report.results if result.is_new),
                "captures": len(report.results),
                "outcomes": dict(outcomes),
                "unread": "\n".join(r.detail for r in report.results if r.is_new and r.detail)[:5000],
            }
        )

    return [captures]
