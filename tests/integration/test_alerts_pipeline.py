"""Alerts through the scheduled jobs: a dropped price in a replayed page gives one message, and never another."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.alerts import record_events
from pipelines.alerts.config import loader
from pipelines.alerts.config.schema import DeadMan
from pipelines.alerts.delivery import dispatcher
from pipelines.definitions import defs
from pipelines.defs.resources import Workspace
from pipelines.ingest.scrape_provider import collect
from scrapers import registry
from tests.support import sinks
from tests.support.worlds import CAPTURES, ROOT, captures, only
from warehouse.publish import release
from warehouse.storage import alert_outbox, last_refresh
from warehouse.storage.state_dir import Home

pytestmark = pytest.mark.usefixtures("without_costs")

DAY1, DAY2, DAY3 = date(2026, 11, 9), date(2026, 11, 10), date(2026, 11, 11)
RULES = """
channels:
  hook: { type: webhook, url: "env:TEST_HOOK", secret: "env:TEST_KEY" }
  log: { type: file, path: told.jsonl, format: json }
rules:
  - { id: a100-drop, kind: drop_pct, pct: 2, where: { gpu: A100, pricing_model: on_demand, market: first_party } }
"""


def cheaper(folder: Path, part: str, price: str) -> Path:
    """Return Oracle's captures with another price of one product."""
    other = captures(folder, "oracle")
    (page,) = (other / "oracle").glob("*/page.json")
    facts = json.loads(page.read_text(), parse_float=Decimal)
    (item,) = [i for i in facts["items"] if i["partNumber"] == part]
    item["currencyCodeLocalizations"][0]["prices"][0]["value"] = "@"
    page.write_text(json.dumps(facts, default=str).replace('"@"', price))
    return other


@dataclass(frozen=True, slots=True)
class Machine:
    """The jobs of a checkout on one home, as the schedule and the sensors run them."""

    home: Home
    instance: dg.DagsterInstance
    hook: sinks.Webhook

    def day(self, day: date, replay: Path = CAPTURES) -> dg.ExecuteInProcessResult:
        """Run the daily tick: the scrape, then the build that the sensor requests."""
        code = defs()
        at = datetime(day.year, day.month, day.day, 6, 15, tzinfo=UTC)
        (tick,) = code.resolve_schedule_def("daily").evaluate_tick(
            dg.build_schedule_context(scheduled_execution_time=at)
        ).run_requests or []  # fmt: skip
        workspace = Workspace(home=str(self.home.root), replay=str(replay), replay_day=day.isoformat())
        scraped = code.resolve_job_def("scrape").execute_in_process(
            instance=self.instance, partition_key=tick.partition_key, resources={"workspace": workspace}
        )
        sensor: Any = next(s for s in code.sensors or [] if s.name == "build_after_scrape")
        asked = sensor(
            dg.build_run_status_sensor_context(
                sensor.name, scraped.get_run_success_event(), self.instance, scraped.dagster_run
            )
        )
        assert isinstance(asked, dg.RunRequest)
        return code.resolve_job_def("build").execute_in_process(
            instance=self.instance, resources={"workspace": workspace}
        )

    def quick_day(self, day: date, replay: Path = CAPTURES, *, tells: bool = True) -> None:
        """Run the same steps without Dagster, for tests that do not depend on it; without the alerts if not `tells`."""
        workspace = Workspace(home=str(self.home.root), replay=str(replay), replay_day=day.isoformat())
        with workspace.fetcher() as fetcher:
            collect(registry.get("oracle"), fetcher, self.home, "recorded")
        release.build_and_publish(self.home)
        if not tells:
            return
        rules = loader.load(loader.config_path(self.home))
        record_events.run(self.home, rules, datetime.now(UTC))
        dispatcher.deliver(self.home, rules, datetime.now(UTC))

    def sense(self, name: str) -> Any:
        """Return the run requests of one of the alert sensors."""
        sensor: Any = next(s for s in defs().sensors or [] if s.name == name)
        workspace = Workspace(home=str(self.home.root))
        with dg.build_sensor_context(instance=self.instance, resources={"workspace": workspace}) as context:
            return list(sensor.evaluate_tick(context).run_requests or [])

    def deliver(self) -> dg.ExecuteInProcessResult:
        """Run the job that the retry sensor starts."""
        return defs().resolve_job_def("deliver").execute_in_process(
            instance=self.instance, resources={"workspace": Workspace(home=str(self.home.root))}
        )  # fmt: skip

    def lines(self) -> list[dict[str, Any]]:
        """Read the messages in the file channel."""
        path = self.home.root / "told.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    only(monkeypatch, "oracle")
    home = Home(tmp_path / "home")
    home.root.mkdir()
    (home.root / "alerts.yaml").write_text(RULES)
    with sinks.webhook() as hook, dg.DagsterInstance.ephemeral() as instance:
        monkeypatch.setenv("TEST_HOOK", hook.url)
        monkeypatch.setenv("TEST_KEY", "a key of the test")
        yield Machine(home, instance, hook)


def test_price_drop_sends_one_message_and_a_rerun_none(machine: Machine, tmp_path: Path) -> None:
    assert machine.day(DAY1).success and machine.hook.taken == []  # a first run is silent
    cut = cheaper(tmp_path / "cut", "B95907", "3.21")  # A100 80 GB, from 4
    built = machine.day(DAY2, cut)
    assert built.success and all(c.passed for c in built.get_asset_check_evaluations() if "alerts" in c.asset_key.path)
    (said,) = machine.hook.bodies()
    assert said["subject"].startswith("A100 80GB") and "oracle $4.00 -> $3.21 /GPU-h (-19.8%)" in said["subject"]
    (group,) = said["groups"]
    assert group["rule"] == "a100-drop" and {e["provider"] for e in said["events"]} == {"oracle"}
    line = group["lines"][0]
    assert line["source_url"].startswith("https://") and len(line["sha256"]) == 64 and line["event_id"]
    assert any("insufficient history" in fact for fact in line["facts"])  # no "all-time low" on the second day
    assert len(machine.lines()) == 1 and machine.lines()[0]["events"] == said["events"]
    # The same day again, a rebuild from the facts, and the sensor: all of it was told.
    assert machine.day(DAY2, cut).success
    machine.home.warehouse.unlink()
    machine.quick_day(DAY2, cut)
    assert machine.sense("retry_alerts") == []
    machine.quick_day(DAY3, cut)
    assert len(machine.hook.taken) == 1 and len(machine.lines()) == 1


@pytest.mark.slow
def test_further_drop_is_notified_and_the_recovery_is_not(machine: Machine, tmp_path: Path) -> None:
    days = [DAY1 + timedelta(days=n) for n in range(5)]
    for day, price in zip(days, ("4.00", "3.50", "3.45", "3.20", "4.00"), strict=True):
        machine.quick_day(day, cheaper(tmp_path / price / day.isoformat(), "B95907", price))
    told = [(e["old_usd_per_gpu_hour"], e["new_usd_per_gpu_hour"]) for b in machine.hook.bodies() for e in b["events"]]
    assert sorted(set(told), reverse=True) == [(4.0, 3.5), (3.5, 3.2)]  # 3.45 is less than 2 % below what was told


@pytest.mark.slow
def test_broken_channel_is_retried_and_delays_no_other(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.day(DAY1)
    monkeypatch.setenv("TEST_HOOK", "http://127.0.0.1:1/nobody/is/here/secretpath")
    built = machine.day(DAY2, cheaper(tmp_path / "cut", "B95907", "3.21"))
    assert built.success and len(machine.lines()) == 1 and machine.hook.taken == []
    failed = {c.check_name: c for c in built.get_asset_check_evaluations()}["every_message_sent"]
    assert not failed.passed and "hook" in str(failed.metadata["examples"].value)
    assert "secretpath" not in str(failed.metadata["examples"].value)
    (waiting,) = alert_outbox.messages(machine.home, unsent_only=True)
    assert waiting.channel == "hook" and waiting.outcome == "failed" and waiting.next_at is not None
    monkeypatch.setenv("TEST_HOOK", machine.hook.url)
    _let_time_pass(monkeypatch, timedelta(minutes=2))
    (asked,) = machine.sense("retry_alerts")
    assert isinstance(asked, dg.RunRequest) and machine.deliver().success
    assert machine.hook.keys() == [waiting.message_id] and len(machine.lines()) == 1
    assert machine.sense("retry_alerts") == []


def _let_time_pass(monkeypatch: pytest.MonkeyPatch, span: timedelta) -> None:
    from pipelines.defs import alert_assets

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + span

    monkeypatch.setattr(alert_assets, "datetime", Later)


def test_invalid_rules_do_not_block_publication(machine: Machine) -> None:
    (machine.home.root / "alerts.yaml").write_text("rules:\n  - {id: x, kind: nosuch}\n")
    built = machine.day(DAY1)
    assert built.success and machine.home.published.exists()
    check = {c.check_name: c for c in built.get_asset_check_evaluations()}["rules_evaluated"]
    assert not check.passed and "alerts.yaml:2" in str(check.metadata["examples"].value)


@pytest.mark.slow
def test_dead_man_fires_once_per_outage(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    text = RULES + "  - { id: no-run, kind: dead_man, after_hours: 36 }\n"
    (machine.home.root / "alerts.yaml").write_text(text)
    assert last_refresh.read(machine.home) is None
    machine.day(DAY1)
    assert machine.sense("dead_man") == [] and last_refresh.read(machine.home) is not None
    _let_time_pass(monkeypatch, timedelta(hours=40))
    assert len(machine.sense("dead_man")) == 1 and machine.deliver().success
    assert [b["events"][0]["kind"] for b in machine.hook.bodies()] == ["dead_man"]
    _let_time_pass(monkeypatch, timedelta(hours=50))
    assert machine.sense("dead_man") == []  # the same silence
    monkeypatch.undo()
    book = loader.load(machine.home.root / "alerts.yaml")
    assert record_events.run(machine.home, book, datetime.now(UTC), only=[DeadMan]).told == 0


KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from pipelines.alerts.delivery import channels
from pipelines.alerts.delivery import dispatcher as outbox
from pipelines.alerts.config import loader as reading
from pipelines.alerts import record_events as run
from warehouse.storage.state_dir import Home
home = Home(Path(sys.argv[1]))
book = reading.load(home.root / "alerts.yaml")
print(run.run(home, book, datetime.now(UTC)).told, flush=True)
if sys.argv[2] == "sent":
    real = channels.send
    def send(channel, said, root):
        done = real(channel, said, root)
        os.kill(os.getpid(), signal.SIGKILL)
    channels.send = send
    outbox.deliver(home, book, datetime.now(UTC))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.slow
@pytest.mark.parametrize("at", ["recorded", "sent"])
def test_kill_between_event_and_delivery_loses_nothing(machine: Machine, tmp_path: Path, at: str) -> None:
    (machine.home.root / "alerts.yaml").write_text(
        RULES.replace("  log: { type: file, path: told.jsonl, format: json }\n", "")
    )
    rules = machine.home.root / "alerts.yaml"
    machine.quick_day(DAY1)
    machine.quick_day(DAY2, cheaper(tmp_path / "cut", "B95907", "3.21"), tells=False)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(machine.home.root), at],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ,
    )
    assert done.returncode == -signal.SIGKILL and int(done.stdout) >= 1, done.stderr
    assert len(machine.hook.taken) == (at == "sent")
    time.sleep(0.01)
    sent = dispatcher.deliver(machine.home, loader.load(rules), datetime.now(UTC))
    assert len(sent.sent) == 1 and len(set(machine.hook.keys())) == 1  # what came twice came under one key
    assert dispatcher.deliver(machine.home, loader.load(rules), datetime.now(UTC)) == dispatcher.DeliveryResult()
    bodies = [{e["event_id"] for e in b["events"]} for b in machine.hook.bodies()]
    assert bodies and all(b == bodies[0] for b in bodies)
