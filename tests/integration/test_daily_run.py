"""The daily run: ticks, past days, retries, pages read in part."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.remote_representation.external_data import ScheduleSnap

from pipelines import in_process
from pipelines.definitions import defs
from pipelines.defs import scrape_assets
from pipelines.defs.resources import Workspace
from pipelines.ingest.scrape_provider import reparse
from scrapers import registry
from tests.support import refreshes
from tests.support.worlds import CAPTURES, captures, only, rows, seen
from warehouse.storage import connection
from warehouse.storage.landing import Status
from warehouse.storage.state_dir import Home

pytestmark = pytest.mark.usefixtures("without_costs")


QUICK = ("azure", "oracle")
TODAY = datetime.now(UTC).date()
DAY1, DAY2 = date(2026, 11, 9), date(2026, 11, 10)


@pytest.fixture(autouse=True)
def _in_memory_history(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dagster's run history is kept in memory: a third of the time."""
    refreshes.history_in_memory(monkeypatch)


# -- when it runs ------------------------------------------------------------------------------------------------------


def tick(day: date, hour: int = 6) -> list[dg.RunRequest]:
    at = datetime(day.year, day.month, day.day, hour, 15, tzinfo=UTC)
    daily = defs().resolve_schedule_def("daily")
    return list(daily.evaluate_tick(dg.build_schedule_context(scheduled_execution_time=at)).run_requests or [])


@pytest.mark.slow
def test_two_ticks_make_two_refreshes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, *QUICK)
    home, code = Home(tmp_path / "home"), defs()
    sensor = next(s for s in code.sensors or [] if s.name == "build_after_scrape")
    runs = []
    with dg.DagsterInstance.ephemeral() as instance:
        for day in (DAY1, DAY2):
            (request,) = tick(day)
            assert request.partition_key == day.isoformat()
            replayed = Workspace(home=str(home.root), replay=str(CAPTURES), replay_day=day.isoformat())
            scraped = code.resolve_job_def("scrape").execute_in_process(
                instance=instance, partition_key=request.partition_key, resources={"workspace": replayed}
            )
            context = dg.build_run_status_sensor_context(
                sensor.name, scraped.get_run_success_event(), instance, scraped.dagster_run
            )
            wanted = sensor(context)
            assert isinstance(wanted, dg.RunRequest) and wanted.run_key == scraped.run_id
            built = code.resolve_job_def("build").execute_in_process(
                instance=instance, resources={"workspace": replayed}
            )
            runs.append(built.success)
            with connection.published(home) as con:
                days = con.execute(
                    "select distinct observed_on from v1.price_history where source <> 'seed' order by 1"
                )
                assert [d for (d,) in days.fetchall()] == [DAY1, DAY2][: len(runs)]
        made = instance.get_materialized_partitions(dg.AssetKey(["landing", "oracle"]))
    assert runs == [True, True] and made == {DAY1.isoformat(), DAY2.isoformat()}


def test_failed_scrape_is_followed_by_a_build() -> None:
    sensors: list[Any] = list(defs().sensors or [])
    watched = {s.name: s._run_status for s in sensors if s.name.startswith("build")}
    assert watched == {
        "build_after_scrape": dg.DagsterRunStatus.SUCCESS, "build_after_failed_scrape": dg.DagsterRunStatus.FAILURE,
    }  # fmt: skip
    assert {s.job_name for s in sensors if s.name in watched} == {"build"}


def test_only_the_newest_missed_tick_runs_late() -> None:
    """Dagster runs the newest missed tick when its daemon starts; older ones only for partition sets, which assets
    have none of. Its partition is the day it was meant for: fetched while that day lasts, else read from the archive."""
    repository = defs().get_repository_def()
    assert ScheduleSnap.from_def(repository.get_schedule_def("daily"), repository).partition_set_name is None
    assert [r.partition_key for r in tick(TODAY)] == [TODAY.isoformat()]
    assert [r.run_key for r in tick(DAY1)] == [r.run_key for r in tick(DAY1)]  # the same tick twice is one run


def in_force(home: Home, day: date) -> dict[str, list[dict[str, Any]]]:
    with connection.published(home) as con:
        found = rows(con, f"from v1.prices_as_of('{day}') where source <> 'seed' order by series_id")
    return {slug: [r for r in found if r["provider"] == slug] for slug in {r["provider"] for r in found}}


def test_partially_read_provider_exits_3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    from pipelines.cli.app import main

    only(monkeypatch, "azure")
    some = captures(tmp_path / "some", "azure")
    (gone,) = (some / "azure").glob("*_reservation")
    shutil.rmtree(gone)
    with pytest.raises(SystemExit) as left:
        main(["refresh", "--replay", str(some), "--json", "--home", str(tmp_path / "home")])
    out, err = capsys.readouterr()
    assert left.value.code == 3
    assert json.loads(out) == [
        {"published": True, "reported": True, "copied": True, "failed": [], "partial": ["azure"]}
    ]
    assert "azure was read in part" in err


# -- past days, retries ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_past_day_is_read_from_its_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, "oracle")
    home = Home(tmp_path / "home")
    in_process.refresh(home.root, replay=CAPTURES, day=DAY1)
    old = in_force(home, DAY1)["oracle"]
    shutil.rmtree(home.landing)
    again = in_process.refresh(home.root, day=DAY1)  # no replay folder, and no network here
    assert again.published and not again.failed
    kept = in_force(home, DAY1)["oracle"]
    assert [(r["series_id"], r["price"], r["observed_at"], r["sha256"], r["origin"]) for r in kept] == [
        (r["series_id"], r["price"], r["observed_at"], r["sha256"], r["origin"]) for r in old
    ]


def test_past_day_without_archive_fails_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, "oracle")
    asked = []

    def look(*arguments: Any) -> list[Any]:
        asked.append(1)
        return reparse(*arguments)

    monkeypatch.setattr(scrape_assets, "reparse", look)
    outcome = in_process.refresh(tmp_path, day=DAY1)
    assert len(asked) == 1  # no retry: nothing will be there later
    assert outcome.failed == ("oracle",) and outcome.published
    assert f"no archived page of {DAY1}" in outcome.reasons["oracle"]


# Two days ahead: where midnight passes between collection and the run, tomorrow is today, which would be fetched live.
@pytest.mark.parametrize("day", [TODAY + timedelta(days=2), date(2020, 1, 1)])
def test_dates_outside_the_partition_range_are_refused(tmp_path: Path, day: date) -> None:
    with pytest.raises(in_process.DayOutOfRange, match=str(day)):
        in_process.refresh(tmp_path, day=day)


@pytest.mark.parametrize(("status", "tries"), [("layout_changed", 1), ("robots_denied", 1), ("failed", 2)])
def test_only_transient_failures_are_retried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: Status, tries: int
) -> None:
    asked = []

    def look(*_: Any) -> list[Any]:
        asked.append(1)
        return [seen(TODAY.isoformat(), status=status, provider="oracle", detail="why")]

    monkeypatch.setattr(scrape_assets, "collect", look)
    monkeypatch.setattr(scrape_assets, "RETRY", dg.RetryPolicy(max_retries=1))
    asset = scrape_assets.provider_asset(registry.get("oracle"))
    result = dg.materialize(
        [asset], partition_key=datetime.now(UTC).date().isoformat(), raise_on_error=False,
        resources={"workspace": Workspace(home=str(tmp_path))},
    )  # fmt: skip
    assert not result.success and len(asked) == tries


@pytest.mark.parametrize(
    ("error", "may_retry", "tries"),
    [(OSError(28, "No space left"), True, 2), (OSError(28, "No space left"), False, 1), (ValueError("a bug"), True, 1)],
)
def test_only_errors_of_the_system_are_retried_and_only_where_a_step_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, may_retry: bool, tries: int
) -> None:
    asked = []

    def fails(*_: Any) -> list[Any]:
        asked.append(1)
        raise error

    monkeypatch.setattr(scrape_assets, "collect", fails)
    monkeypatch.setattr(scrape_assets, "RETRY", dg.RetryPolicy(max_retries=1))
    result = dg.materialize(
        [scrape_assets.provider_asset(registry.get("oracle"))], partition_key=datetime.now(UTC).date().isoformat(),
        raise_on_error=False, resources={"workspace": Workspace(home=str(tmp_path), may_retry=may_retry)},
    )  # fmt: skip
    (failure,) = result.get_step_failure_events()
    data = failure.step_failure_data.user_failure_data
    assert len(asked) == tries and data and str(error) in str(data.description).replace("\\", "")
