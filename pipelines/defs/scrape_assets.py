"""One asset per provider, made by one factory: today's partition fetches, an older one re-reads its archive."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg

from pipelines.defs.resources import Workspace
from pipelines.ingest import scrape_ahead
from pipelines.ingest.hosted_list import collect_list
from pipelines.ingest.scrape_provider import NothingArchived, collect, collect_rates, reparse
from pipelines.ingest.throughput_list import collect_throughput
from scrapers import registry
from scrapers.model import LayoutError, Provider, ScrapeError
from scrapers.reference import ecb, hosted_lists, throughput_lists
from warehouse.storage.landing import OFFER_TYPES, Seen

# The first day this pipeline could run; a partition holds what was observed on that UTC day.
DAILY = dg.DailyPartitionsDefinition(start_date="2026-11-01", end_offset=1)
# Fetching has its own retries; these are for failures that a new process may cure.
RETRY = dg.RetryPolicy(max_retries=2, delay=30, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)
FRESH = dg.FreshnessPolicy.cron(deadline_cron="0 9 * * *", lower_bound_delta=timedelta(hours=3), timezone="UTC")
_COLUMNS = dg.TableSchema([dg.TableColumn(name, kind) for name, kind in OFFER_TYPES.items()])
# Statuses that are facts, not failures: a retry would not change them.
_FACTS = {"ok", "no_public_price", "needs_key", "unverified"}


@contextmanager
def failing(*, may_retry: bool) -> Iterator[None]:
    """Let a step fail in a sentence, and be tried again only where the disk or the system is to blame."""
    try:
        yield
    except (dg.Failure, ScrapeError):
        raise
    except Exception as failed:
        is_passing = isinstance(failed, OSError)
        why = str(failed) if is_passing else repr(failed)
        raise dg.Failure(why, allow_retries=may_retry and is_passing) from failed


def provider_asset(provider: Provider) -> dg.AssetsDefinition:
    """Return the asset landing/<slug>, with a check that every page was read."""
    key = dg.AssetKey(["landing", provider.slug.replace("-", "_")])

    @dg.asset(
        key=key,
        partitions_def=DAILY,
        retry_policy=RETRY,
        freshness_policy=FRESH,
        group_name="landing",
        kinds={"playwright" if any(r.browser for r in provider.requests) else "http", "parquet"},
        tags={"provider": provider.slug},
        description=f"Offers of {provider.name} ({provider.publishes}), {provider.units}, as its pages state them.",
        metadata={
            "dagster/column_schema": _COLUMNS,
            "access": provider.access,
            "url": dg.MetadataValue.url(provider.requests[0].url),
            "note": provider.note,
        },
        check_specs=[dg.AssetCheckSpec("every_page_read", asset=key, description="Every page was fetched and parsed.")],
    )
    def land(context: dg.AssetExecutionContext, workspace: Workspace) -> dg.MaterializeResult:  # type: ignore[type-arg]
        day = date.fromisoformat(context.partition_key)
        with failing(may_retry=workspace.may_retry), workspace.sharing(provider.slug, day=day):
            observations = scrape_provider_pages(provider, day, workspace)
        return _report(observations, may_retry=workspace.may_retry)

    return land


def scrape_provider_pages(provider: Provider, day: date, workspace: Workspace) -> list[Seen]:
    if workspace.is_replay:
        return scrape_ahead.scraped(provider, workspace.recorded, workspace.state())
    # A retry after midnight must not fetch today's page into yesterday.
    if day < datetime.now(UTC).date():
        try:
            return reparse(provider, day, workspace.state())
        except NothingArchived as absent:
            raise dg.Failure(str(absent), allow_retries=False) from absent
    with workspace.fetcher() as fetcher:
        return collect(provider, fetcher, workspace.state(), "live")


def _report(observations: list[Seen], *, may_retry: bool) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """Return the materialization, or fail with the reasons when nothing at all was read."""
    failures = [s for s in observations if s.status not in _FACTS]
    has_result = any(s.offers or s.status in ("no_public_price", "unverified") for s in observations)
    if failures and not has_result:
        changed = all(s.status in ("layout_changed", "robots_denied", "blocked") for s in failures)
        raise dg.Failure("\n".join(s.detail for s in failures), allow_retries=may_retry and not changed)
    counts = Counter(s.status for s in observations)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": sum(len(s.offers) for s in observations),
            "pages": len(observations),
            "status": dict(counts),
            "receipts": dg.MetadataValue.md(
                "\n".join(f"- {s.status} `{s.url}` {s.sha256[:12]}" for s in observations[:50])
            ),
        },
        check_results=[
            dg.AssetCheckResult(
                passed=not failures,
                check_name="every_page_read",
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"failures": "\n".join(s.detail for s in failures)[:5000]},
            )
        ],
    )


@dg.asset(
    key=["landing", "ecb_rates"],
    partitions_def=DAILY,
    retry_policy=RETRY,
    freshness_policy=FRESH,
    group_name="landing",
    kinds={"http", "parquet"},
    description="The European Central Bank's reference rates of the last ninety days, units per euro.",
    metadata={"url": dg.MetadataValue.url(ecb.DAILY.url)},
)
def ecb_rates(context: dg.AssetExecutionContext, workspace: Workspace) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """Land exchange rates. A past day adds nothing, since each page holds ninety; a replay uses the bundled ones."""
    if workspace.is_replay or date.fromisoformat(context.partition_key) < datetime.now(UTC).date():
        return dg.MaterializeResult(metadata={"dagster/row_count": 0})
    try:
        with (
            failing(may_retry=workspace.may_retry),
            workspace.sharing(ecb.ECB.slug),
            workspace.fetcher() as fetcher,
        ):
            count = collect_rates(fetcher, workspace.state())
    except ScrapeError as failed:
        raise dg.Failure(
            str(failed), allow_retries=workspace.may_retry and not isinstance(failed, LayoutError)
        ) from failed
    return dg.MaterializeResult(metadata={"dagster/row_count": count})


def _is_for_another_day(context: dg.AssetExecutionContext, workspace: Workspace, slug: str) -> bool:
    """Return whether a list has nothing to land: on a past day, or in a replay in which it was not recorded.

    What a list states anew depends on what is known of it, so a past day cannot be landed after the next one.
    """
    if workspace.is_replay:
        return not Path(workspace.replay, slug).is_dir()
    return date.fromisoformat(context.partition_key) < datetime.now(UTC).date()


def hosted_list_asset(of: Provider) -> dg.AssetsDefinition:
    """Return the asset landing/hosted_<list> of a published list of hosted prices."""

    @dg.asset(
        key=["landing", f"hosted_{of.slug.replace('-', '_').replace('.', '_')}"],
        partitions_def=DAILY,
        retry_policy=RETRY,
        freshness_policy=FRESH,
        group_name="landing",
        kinds={"http", "parquet"},
        description=f"What hosts charge per token, as {of.name} lists it; each day the prices that it states anew.",
        metadata={"url": dg.MetadataValue.url(of.requests[0].url)},
    )
    def land(context: dg.AssetExecutionContext, workspace: Workspace) -> dg.MaterializeResult:  # type: ignore[type-arg]
        if _is_for_another_day(context, workspace, of.slug):
            return dg.MaterializeResult(metadata={"dagster/row_count": 0})
        with (
            failing(may_retry=workspace.may_retry),
            workspace.sharing(of.slug),
            workspace.fetcher() as fetcher,
        ):
            seen = collect_list(of, fetcher, workspace.state(), "recorded" if workspace.is_replay else "live")
        if seen.status not in ("ok", "partial"):
            may_retry = workspace.may_retry and seen.status == "failed"
            raise dg.Failure(seen.detail, allow_retries=may_retry)
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": len(seen.prices),
                "status": seen.status,
                "detail": seen.detail,
                "receipt": f"{seen.url} {seen.sha256[:12]}",
            }
        )

    return land


HOSTED_LISTS = [hosted_list_asset(of) for of in hosted_lists.ALL]


def throughput_asset(slug: str) -> dg.AssetsDefinition:
    """Return the asset landing/throughput_<list> of published measurements of throughput."""
    today = throughput_lists.provider(slug, datetime.now(UTC).date())

    @dg.asset(
        key=["landing", f"throughput_{slug}"],
        partitions_def=DAILY,
        retry_policy=RETRY,
        freshness_policy=FRESH,
        group_name="landing",
        kinds={"http", "parquet"},
        description=f"How many tokens a second servers make, as {today.name} measured; each day what is new of it.",
        metadata={"url": dg.MetadataValue.url(today.requests[-1].url)},
    )
    def land(context: dg.AssetExecutionContext, workspace: Workspace) -> dg.MaterializeResult:  # type: ignore[type-arg]
        if _is_for_another_day(context, workspace, slug):
            return dg.MaterializeResult(metadata={"dagster/row_count": 0})
        with failing(may_retry=workspace.may_retry), workspace.sharing(slug), workspace.fetcher() as fetcher:
            of = throughput_lists.provider(slug, fetcher.now().date())
            attempts = collect_throughput(of, fetcher, workspace.state(), "recorded" if workspace.is_replay else "live")
        failed = [one for one in attempts if one.status not in ("ok", "partial")]
        if failed and len(failed) == len(attempts):
            may_retry = workspace.may_retry and any(one.status == "failed" for one in failed)
            raise dg.Failure("\n".join(one.detail for one in failed)[:5000], allow_retries=may_retry)
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": sum(len(one.results) for one in attempts),
                "status": dict(Counter(one.status for one in attempts)),
                "failures": "\n".join(one.detail for one in failed)[:5000],
                "receipts": dg.MetadataValue.md(
                    "\n".join(f"- {one.status} `{one.url}` {one.sha256[:12]}" for one in attempts)
                ),
            }
        )

    return land


THROUGHPUT_LISTS = [throughput_asset(slug) for slug in throughput_lists.SLUGS]


def scrape_assets() -> list[dg.AssetsDefinition]:
    """Return one asset for every registered provider, the lists of prices and of throughput, and the exchange rates."""
    lists = [*HOSTED_LISTS, *THROUGHPUT_LISTS]
    return [*(provider_asset(p) for p in registry.all_providers()), *lists, ecb_rates]
