"""Alerts in Dagster: recorded and sent at the end of every build; sensors send what waits, and watch for silence."""

from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg

from pipelines.alerts import record_events
from pipelines.alerts.config import loader
from pipelines.alerts.config.schema import DeadMan
from pipelines.alerts.delivery import dispatcher
from pipelines.defs.resources import Workspace
from warehouse.storage import alert_outbox
from warehouse.storage.connection import DatabaseError, NothingPublished
from warehouse.storage.ledger import LedgerError

EVENTS, DELIVERY = dg.AssetKey(["alerts", "events"]), dg.AssetKey(["alerts", "delivery"])
# What is wrong with alerts never keeps prices from being published: it shows in the checks, and on stderr.
TROUBLE = (loader.BadRules, LedgerError, DatabaseError, NothingPublished)


def _check(name: str, asset: dg.AssetKey, trouble: str, severity: dg.AssetCheckSeverity) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=not trouble, check_name=name, asset_key=asset, severity=severity, metadata={"examples": trouble}
    )


@dg.asset(
    key=EVENTS,
    deps=[dg.AssetKey(["published", "database"])],
    group_name="alerts",
    kinds={"duckdb"},
    description="What the alert rules have to tell of this publication, recorded once, with where it has to go.",
    check_specs=[dg.AssetCheckSpec("rules_evaluated", asset=EVENTS, description="The file of rules can be used.")],
)
def alert_events(workspace: Workspace) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """Evaluate every rule on what was just published."""
    home, trouble, counts = workspace.state(), "", record_events.Recorded()
    try:
        counts = record_events.run(home, loader.book(loader.path_of(home)), datetime.now(UTC))
    except TROUBLE as failed:
        trouble = str(failed)
    return dg.MaterializeResult(
        metadata={"told": counts.told, "first_run": counts.first_run, "same_as": counts.same_as, "muted": counts.muted},
        check_results=[_check("rules_evaluated", EVENTS, trouble, dg.AssetCheckSeverity.ERROR)],
    )


@dg.asset(
    key=DELIVERY,
    deps=[EVENTS],
    group_name="alerts",
    kinds={"python"},
    description="Messages of what is due, one per channel; what failed waits for the retry sensor.",
    check_specs=[
        dg.AssetCheckSpec("every_message_sent", asset=DELIVERY, description="No channel refused a message."),
        dg.AssetCheckSpec("no_dead_letters", asset=DELIVERY, description="Nothing was given up after a day of trying."),
    ],
)
def alert_delivery(workspace: Workspace) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """Send what is due."""
    home, done, failures, dead = workspace.state(), dispatcher.Delivered(), "", ""
    try:
        done = dispatcher.deliver(home, loader.book(loader.path_of(home)), datetime.now(UTC))
        letters = alert_outbox.messages(home)
        failures = "\n".join(f"{m.channel}: {m.error}" for m in letters if m.message_id in done.failed)
        dead = "\n".join(f"{m.channel} {m.message_id}: {m.error}" for m in letters if m.outcome == "dead")
    except TROUBLE as failed:
        failures = str(failed)
    return dg.MaterializeResult(
        metadata={"sent": len(done.sent), "failed": len(done.failed), "dead": len(done.dead)},
        check_results=[
            _check("every_message_sent", DELIVERY, failures, dg.AssetCheckSeverity.WARN),
            _check("no_dead_letters", DELIVERY, dead, dg.AssetCheckSeverity.WARN),
        ],
    )


DELIVER = dg.define_asset_job(
    "deliver",
    selection=dg.AssetSelection.assets(DELIVERY),
    executor_def=dg.in_process_executor,
    description="Send alerts that wait for their hour or their next try.",
)


@dg.sensor(
    job=DELIVER,
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts a delivery when a message's hour or next try has come.",
)
def retry_alerts(context: dg.SensorEvaluationContext, workspace: Workspace) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Nothing is due most of the time: then this reads one small file."""
    home, now = workspace.state(), datetime.now(UTC)
    try:
        due = dispatcher.is_due(home, loader.book(loader.path_of(home)), now)
    except TROUBLE as failed:
        yield dg.SkipReason(str(failed))
        return
    if not due:
        yield dg.SkipReason("nothing is due")
    elif _is_under_way(context.instance):
        yield dg.SkipReason("a delivery is under way")
    else:
        yield dg.RunRequest()


def _is_under_way(instance: dg.DagsterInstance) -> bool:
    active = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]
    return bool(instance.get_runs(dg.RunsFilter(job_name=DELIVER.name, statuses=active), limit=1))


@dg.sensor(
    job=DELIVER,
    minimum_interval_seconds=600,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Tells when no build has succeeded for as long as the rules of kind dead_man allow.",
)
def dead_man(workspace: Workspace) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """A pipeline that stands still cannot tell by itself; the clock can."""
    home = workspace.state()
    try:
        found = record_events.run(home, loader.book(loader.path_of(home)), datetime.now(UTC), only=[DeadMan])
    except TROUBLE as failed:
        yield dg.SkipReason(str(failed))
        return
    if found.told:
        yield dg.RunRequest()
    else:
        yield dg.SkipReason("builds succeed, or it was told")


ASSETS = [alert_events, alert_delivery]
SENSORS = [retry_alerts, dead_man]
