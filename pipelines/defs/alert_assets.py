"""Alerts in Dagster: recorded and sent at the end of every build; sensors retry deliveries and watch the clock."""

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
# Trouble with alerts never keeps prices from being published: it shows in the checks, and on stderr.
TROUBLE = (loader.InvalidConfig, LedgerError, DatabaseError, NothingPublished)


def _check(name: str, asset: dg.AssetKey, trouble: str, severity: dg.AssetCheckSeverity) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=not trouble, check_name=name, asset_key=asset, severity=severity, metadata={"examples": trouble}
    )


@dg.asset(
    key=EVENTS,
    deps=[dg.AssetKey(["published", "database"])],
    group_name="alerts",
    kinds={"duckdb"},
    description="New events of the alert rules in this publication, recorded once, with their channels.",
    check_specs=[dg.AssetCheckSpec("rules_evaluated", asset=EVENTS, description="alerts.yaml is valid.")],
)
def alert_events(workspace: Workspace) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """Evaluate every rule on the database that was just published."""
    home, trouble, counts = workspace.state(), "", record_events.RecordCounts()
    try:
        counts = record_events.run(home, loader.load(loader.config_path(home)), datetime.now(UTC))
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
    description="One message per channel for all due events; failed ones wait for the retry sensor.",
    check_specs=[
        dg.AssetCheckSpec("every_message_sent", asset=DELIVERY, description="Every channel accepted its messages."),
        dg.AssetCheckSpec("no_dead_letters", asset=DELIVERY, description="No message was given up after a day."),
    ],
)
def alert_delivery(workspace: Workspace) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """Send the messages that are due."""
    home, result, failures, dead = workspace.state(), dispatcher.DeliveryResult(), "", ""
    try:
        result = dispatcher.deliver(home, loader.load(loader.config_path(home)), datetime.now(UTC))
        messages = alert_outbox.messages(home)
        failures = "\n".join(f"{m.channel}: {m.error}" for m in messages if m.message_id in result.failed)
        dead = "\n".join(f"{m.channel} {m.message_id}: {m.error}" for m in messages if m.outcome == "dead")
    except TROUBLE as failed:
        failures = str(failed)
    return dg.MaterializeResult(
        metadata={"sent": len(result.sent), "failed": len(result.failed), "dead": len(result.dead)},
        check_results=[
            _check("every_message_sent", DELIVERY, failures, dg.AssetCheckSeverity.WARN),
            _check("no_dead_letters", DELIVERY, dead, dg.AssetCheckSeverity.WARN),
        ],
    )


DELIVER = dg.define_asset_job(
    "deliver",
    selection=dg.AssetSelection.assets(DELIVERY),
    executor_def=dg.in_process_executor,
    description="Send alerts that wait for their send window or next attempt.",
)


@dg.sensor(
    job=DELIVER,
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts a delivery when a message is due or can be retried.",
)
def retry_alerts(context: dg.SensorEvaluationContext, workspace: Workspace) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Start a delivery when one is due; mostly nothing is, and this reads one small file."""
    home, now = workspace.state(), datetime.now(UTC)
    try:
        due = dispatcher.has_due(home, loader.load(loader.config_path(home)), now)
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
    description="Records an event when no refresh has published for as long as the rules of kind dead_man allow.",
)
def dead_man(workspace: Workspace) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Record an event when refreshes stopped: a pipeline that stands still cannot report it, a sensor can."""
    home = workspace.state()
    try:
        counts = record_events.run(home, loader.load(loader.config_path(home)), datetime.now(UTC), only=[DeadMan])
    except TROUBLE as failed:
        yield dg.SkipReason(str(failed))
        return
    if counts.told:
        yield dg.RunRequest()
    else:
        yield dg.SkipReason("refreshes succeed, or the event is recorded already")


ASSETS = [alert_events, alert_delivery]
SENSORS = [retry_alerts, dead_man]
