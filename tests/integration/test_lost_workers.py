"""When a step counts as lost; on real workers: tests/extras/test_lake_workers.py."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.defs.celery_workers import LONGEST_WAIT, Presence, WatchedStep


class Clock:
    """A clock that a test sets."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr("pipelines.defs.celery_workers.time.monotonic", lambda: self.now)


class App:
    """Workers that answer, and how often they were asked."""

    def __init__(self, *workers: str) -> None:
        self.control, self.workers, self.asked = self, set(workers), 0

    def inspect(self, timeout: float) -> App:
        return self

    def ping(self) -> dict[str, Any] | None:
        self.asked += 1
        return dict.fromkeys(self.workers) or None


class Result:
    """A step on a worker."""

    def __init__(self, state: str = "STARTED", worker: str = "w1") -> None:
        self.state, self.info, self.is_revoked = state, {"hostname": worker}, False

    def ready(self) -> bool:
        return self.state == "SUCCESS"

    def revoke(self) -> None:
        self.is_revoked = True


def test_a_worker_is_lost_after_its_silence_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, app = Clock(monkeypatch), App("w1", "w2")
    presence = Presence(app, patience=60)
    assert not presence.is_lost("w1") and not presence.is_lost("w2") and app.asked == 1
    app.workers = {"w1"}
    for _ in range(12):
        clock.now += 5
        assert not presence.is_lost("w2")
    clock.now += 1
    assert presence.is_lost("w2") and not presence.is_lost("w1")
    app.workers = {"w1", "w2"}  # it was slow, not gone
    clock.now += 5
    assert not presence.is_lost("w2")
    assert app.asked == 14  # not for each step


@pytest.mark.parametrize(
    ("state", "seconds", "lost"),
    [
        ("SUCCESS", LONGEST_WAIT * 2, ""),
        ("STARTED", 50, ""),
        ("STARTED", 70, "its worker w1 is lost"),
        ("PENDING", 70, ""),
        ("PENDING", LONGEST_WAIT + 1, "no worker finished it within 21600 s: is one running?"),
    ],
)
def test_a_step_is_over_when_it_is_done_or_lost(
    monkeypatch: pytest.MonkeyPatch, state: str, seconds: float, lost: str
) -> None:
    clock, result = Clock(monkeypatch), Result(state)
    step = WatchedStep(result, Presence(App(), 60), None, attempts=0)
    assert step.ready() == (state == "SUCCESS")
    monkeypatch.setattr(step, "_over", lambda why: why)
    clock.now += seconds
    assert step.ready() == (state == "SUCCESS" or bool(lost))
    if lost:
        assert step.get() == [lost] and result.is_revoked
