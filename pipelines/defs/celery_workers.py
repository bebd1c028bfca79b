"""Runs scrape steps on workers of several machines, by Dagster's Celery executor, where GPUHOUR_BROKER is set.

A step whose worker is lost would be waited for for ever: here it is tried once more by another worker, then it fails.
Neither touches any other step. dagster-celery is an extra, imported where a broker is set.
"""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster._core.events import DagsterEvent
from dagster._core.execution.plan.objects import ErrorSource, StepFailureData, StepRetryData
from dagster._serdes import serialize_value
from dagster_shared.error import SerializableErrorInfo

from pipelines import settings

if TYPE_CHECKING:
    from celery import Celery

LONGEST = 11_400.0  # seconds of a step from its start: its own bound is 10,800
LONGEST_WAIT = 21_600.0  # seconds from its submission: no worker took it
_LOOK_EVERY = 5.0  # seconds between looks at workers
log = logging.getLogger("gpuhour.workers")


def scrape_executor() -> dg.ExecutorDefinition:
    """Return what runs the steps of a scrape: workers where a broker is set, else up to three processes here."""
    if settings.broker():
        return celery
    # Three step processes at most, each with one browser: two cores and a polite pace need no more.
    return dg.multiprocess_executor.configured({"max_concurrent": 3})


def app_settings(broker: str) -> dict[str, Any]:
    """Return what the side that submits steps and the workers agree on."""
    return {
        "broker": broker,
        "backend": broker,
        "config_source": {
            # A worker takes one step at a time and keeps it in the queue until it is done, so that what waits in the
            # queue of a worker that dies is none.
            "task_acks_late": True,
            "worker_prefetch_multiplier": 1,
            "task_track_started": True,
            # A lost worker's message comes back then; it has expired by that time, since the step was tried again.
            "broker_transport_options": {"visibility_timeout": int(2 * LONGEST_WAIT)},
            "task_annotations": {"execute_plan": {"expires": LONGEST_WAIT}},
            "task_time_limit": LONGEST,
            "result_expires": 86_400,
            "broker_connection_retry_on_startup": True,
        },
    }


@dg.executor(name="celery_workers", requirements=dg.multiple_process_executor_requirements())
def celery(_: dg.InitExecutorContext) -> dg.Executor:
    """Run each step on the worker that takes it first."""
    from dagster._core.execution.retries import RetryMode
    from dagster_celery.core_execution_loop import core_celery_execution_loop
    from dagster_celery.executor import CeleryExecutor, _submit_task

    class Workers(CeleryExecutor):  # type: ignore[misc]
        def execute(self, plan_context: Any, execution_plan: Any) -> Any:
            presence: list[Presence] = []

            def submit(app: Celery, context: Any, step: Any, queue: str, priority: int, state: Any) -> WatchedStep:
                presence[:] = presence or [Presence(app, settings.worker_patience())]
                with warnings.catch_warnings():  # dagster-celery names the same task anew for each step
                    warnings.simplefilter("ignore")
                    result = _submit_task(app, context, step, queue, priority, state)
                attempts = state.get_retry_state().get_attempt_count(step.key) if state else 0
                return WatchedStep(result, presence[0], context.for_step(step), attempts)

            return core_celery_execution_loop(plan_context, execution_plan, step_execution_fn=submit)

    return Workers(retries=RetryMode.ENABLED, **app_settings(settings.broker()))


class Presence:
    """Which workers answer, asked for all steps at once and not too often."""

    def __init__(self, app: Celery, patience: float) -> None:
        """patience: seconds of silence after which a worker counts as lost."""
        self._app, self._patience, self._asked_at = app, patience, float("-inf")
        self._heard_at: dict[str, float] = {}

    def is_lost(self, worker: str) -> bool:
        """Return whether a worker has been silent for too long."""
        now = time.monotonic()
        if now - self._asked_at >= _LOOK_EVERY:
            answers: Mapping[str, Any] = self._app.control.inspect(timeout=1.5).ping() or {}
            now = self._asked_at = time.monotonic()
            self._heard_at |= dict.fromkeys(answers, now)
        return now - self._heard_at.setdefault(worker, now) > self._patience


class WatchedStep:
    """A submitted step as the executor waits for it; what became of a lost one is an event like any other's."""

    def __init__(self, result: Any, presence: Presence, context: Any, attempts: int) -> None:
        """attempts: how often the step was tried before."""
        self._result, self._presence, self._context, self._attempts = result, presence, context, attempts
        self._submitted_at = time.monotonic()
        self._lost = ""

    def ready(self) -> bool:
        """Return whether the step is over, or lost."""
        if self._lost or self._result.ready():
            return True
        if time.monotonic() - self._submitted_at > LONGEST_WAIT:
            self._lost = f"no worker finished it within {LONGEST_WAIT:.0f} s: is one running?"
        elif self._result.state == "STARTED":
            worker = str((self._result.info or {}).get("hostname", "?"))
            if self._presence.is_lost(worker):
                self._lost = f"its worker {worker} is lost"
        return bool(self._lost)

    def get(self) -> list[str]:
        """Return the step's events, as the executor reads them."""
        if self._lost:
            self._result.revoke()
            return [self._over(self._lost)]
        from celery.exceptions import TaskRevokedError

        try:
            return list(self._result.get())
        except TaskRevokedError:
            raise
        except Exception as failed:  # its process was killed, or the result cannot be read
            return [self._over(f"its worker ended it: {failed!r}")]

    def revoke(self) -> None:
        """Ask the workers to leave it."""
        self._result.revoke()

    def _over(self, why: str) -> str:
        """Return the event of a step that ended without a word of its own: tried once more, then failed."""
        log.warning("%s: %s", self._context.step.key, why)
        error = SerializableErrorInfo(message=why, stack=[], cls_name="WorkerLost")
        if self._attempts == 0:
            return serialize_value(DagsterEvent.step_retry_event(self._context, StepRetryData(error, 0)))  # type: ignore[no-untyped-call]
        data = StepFailureData(error, None, ErrorSource.FRAMEWORK_ERROR)  # type: ignore[no-untyped-call]
        return serialize_value(DagsterEvent.step_failure_event(self._context, data))
