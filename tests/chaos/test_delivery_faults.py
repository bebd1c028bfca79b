"""Flaky receivers, kills and two processes at once: every event arrives, and under one id."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.alerts.delivery import dispatcher
from tests.support import sinks
from tests.support.effort import first_of
from tests.support.worlds import ROOT
from tests.unit.pipelines.alerts.test_delivery import DAY, HOOK, LOG, MAIL, NOW, book, event, lines, record
from warehouse.storage import alert_outbox
from warehouse.storage.state_dir import Home


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("TEST_KEY", "a key of the test")
    return Home(tmp_path / "home")


@pytest.mark.slow
def test_a_thousand_events_through_flaky_receivers(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Random 429, 500, dropped and lost connections: every event arrives; what comes twice comes under one id."""
    rules = book(hook=HOOK, mail=MAIL, log=LOG)
    events = [event(n) for n in range(1_000)]
    chance = random.Random(4)
    with sinks.webhook(sinks.flaky(1)) as sink, sinks.mail(sinks.flaky(2, 0.4)) as box:
        monkeypatch.setenv("TEST_HOOK", sink.url)
        monkeypatch.setenv("TEST_MAIL", box.url)
        now, left = NOW, list(events)
        while left:
            size = chance.randint(20, 60)
            record(home, left[:size], ["hook", "mail", "log"], due=now, now=now)
            left = left[size:]
            dispatcher.deliver(home, rules, now)
            assert sum(len(said["events"]) for said in lines(home)) == len(events) - len(left)
            now += timedelta(minutes=1)
        for _ in range(60):
            if not alert_outbox.messages(home, unsent_only=True):
                break
            dispatcher.deliver(home, rules, now, is_forced=True)
            now += timedelta(minutes=1)
    assert alert_outbox.messages(home, unsent_only=True) == [] and alert_outbox.waiting(home) == []
    wanted = {e.event_id for e in events}
    by_key: dict[str, set[str]] = {}
    for key, body in zip(sink.keys(), sink.bodies(), strict=True):
        ids = {e["event_id"] for e in body["events"]}
        assert by_key.setdefault(key, ids) == ids
    assert set().union(*by_key.values()) == wanted and sum(map(len, by_key.values())) == len(wanted)
    assert len(sink.taken) > len(by_key)  # some did come twice
    letters = {m.message_id: set(m.event_ids) for m in alert_outbox.messages(home) if m.channel == "mail"}
    arrived = [next(i for i in letters if i in text) for text in box.texts()]
    assert set(arrived) == set(letters) and set().union(*letters.values()) == wanted
    told = [e["event_id"] for said in lines(home) for e in said["events"]]
    assert sorted(told) == sorted(wanted)  # the file never fails: once


KILLED = """
import json, os, random, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from pipelines.alerts.delivery import channels
from pipelines.alerts.delivery import dispatcher
from pipelines.alerts.config.schema import AlertConfig
from warehouse.storage import ledger
from warehouse.storage import alert_outbox
from warehouse.storage.state_dir import Home
at, steps = int(sys.argv[2]), 0
def step():
    global steps
    steps += 1
    if steps == at:
        os.kill(os.getpid(), signal.SIGKILL)
def around(of, name):
    real = getattr(of, name)
    def called(*given, **more):
        step()
        done = real(*given, **more)
        step()
        return done
    setattr(of, name, called)
around(alert_outbox, "record"); around(alert_outbox, "compose"); around(alert_outbox, "attempted"); around(channels, "send")
from tests.unit.pipelines.alerts.test_delivery import HOOK, LOG, NOW, book, event, record
home = Home(Path(sys.argv[1]))
record(home, [event(n) for n in range(3)], ["hook", "log"])
dispatcher.deliver(home, book(hook=HOOK, log=LOG), NOW)
"""


@pytest.mark.parametrize("at", first_of([5, 1, 9, 13, 3, 7, 11]))
def test_kill_at_any_step_loses_nothing(home: Home, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    with sinks.webhook() as sink:
        monkeypatch.setenv("TEST_HOOK", sink.url)
        done = subprocess.run(
            [sys.executable, "-c", KILLED, str(home.root), str(at)],
            cwd=ROOT,
            env=os.environ,
            capture_output=True,
            text=True,
        )
        assert done.returncode in (-signal.SIGKILL, 0), done.stderr
        events = [event(n) for n in range(3)]
        record(home, events, ["hook", "log"])  # the run is done again
        dispatcher.deliver(home, book(hook=HOOK, log=LOG), NOW)
        assert dispatcher.deliver(home, book(hook=HOOK, log=LOG), NOW + DAY) == dispatcher.DeliveryResult()
    for said in (sink.bodies(), lines(home)):
        assert said and {e["event_id"] for m in said for e in m["events"]} == {e.event_id for e in events}
        assert len({m["message_id"] for m in said}) == 1  # twice, perhaps, but the same message


@pytest.mark.extras
def test_two_processes_send_one_message(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    record(home, [event()], ["hook"])
    code = (
        "import sys\nfrom pathlib import Path\nfrom tests.unit.pipelines.alerts.test_delivery import *\n"
        "print(len(dispatcher.deliver(Home(Path(sys.argv[1])), book(hook=HOOK), NOW).sent))"
    )
    with sinks.webhook() as sink:
        monkeypatch.setenv("TEST_HOOK", sink.url)
        both = [
            subprocess.Popen([sys.executable, "-c", code, str(home.root)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
            for _ in range(2)
        ]
        assert sorted(p.communicate(timeout=120)[0].strip() for p in both) == ["0", "1"] and len(sink.taken) == 1
