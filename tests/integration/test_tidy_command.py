"""`gpuhour tidy`: merges, removes, says what it did; old runs leave Dagster's history with their files."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from pipelines import in_process, settings
from pipelines.defs import run_retention
from pipelines.ingest import housekeeping
from tests.conftest import Run
from tests.support.worlds import offer, put, seen
from warehouse.storage.state_dir import Home


def test_tidy_merges_and_says_so(run: Run, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    assert run("tidy", home=home).code == 1  # no such folder
    put(home, *(seen(f"2026-03-0{n}", [offer()]) for n in range(1, 7)))
    rehearsed = run("tidy", "--dry-run", "--json", home=home)
    assert rehearsed.code == 0 and rehearsed.err == "gpuhour: nothing was changed\n"
    assert [(row["part"], row["done"], row["count"], row["detail"]) for row in rehearsed.records()] == [
        ("landing", "merged", 12, "into 2"), ("pages", "cut to the lines that were read", 0, ""), ("pages", "removed", 0, ""),
    ]  # fmt: skip
    assert len(list(home.landing.rglob("*.parquet"))) == 12
    (landing, *_) = run("tidy", "--json", home=home).records()
    assert landing["count"] == 12 and landing["bytes_freed"] > 0 and len(list(home.landing.rglob("*.parquet"))) == 2
    assert home.disk_use.exists()


def test_what_is_too_much_for_one_time_waits(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path)
    put(home, *(seen(f"2026-0{month}-0{n}", [offer()]) for month in (3, 4) for n in range(1, 5)))
    monkeypatch.setattr(housekeeping, "AT_ONCE", 1)
    done = [run("tidy", "--json", home=home).records()[0] for _ in range(3)]
    assert [(row["count"], row["detail"]) for row in done] == [
        (8, "into 2; 1 more months wait for the next time"), (8, "into 2"), (0, ""),
    ]  # fmt: skip


@pytest.mark.parametrize("command", ["tidy", "refresh", "doctor"])
def test_bad_limit_is_a_usage_error(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setenv("GPUHOUR_KEEP_PAGES", "much")
    failed = run(command, home=Home(tmp_path))
    assert failed.code == 2 and "GPUHOUR_KEEP_PAGES='much': it may be an age" in failed.err


def test_old_runs_leave_the_history_with_their_files(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path)
    monkeypatch.delenv("DAGSTER_HOME", raising=False)

    @dg.op
    def nothing() -> None: ...

    @dg.job
    def idle() -> None:
        nothing()

    with in_process.instance(home) as history:
        ids = [idle.execute_in_process(instance=history, run_config=in_process.QUIET).run_id for _ in range(2)]
        now = datetime.now(UTC)
        assert run_retention.remove_quietly(history, now) == 0
        monkeypatch.setattr(run_retention, "AT_ONCE", 1)
        assert run_retention.old_runs(history, now + timedelta(days=61)) == ids[:1]
        assert run_retention.remove_quietly(history, now + timedelta(days=61)) == 1
        assert [record.dagster_run.run_id for record in history.get_run_records()] == ids[1:]
        monkeypatch.setenv("GPUHOUR_KEEP_RUNS", "all")
        assert run_retention.remove_quietly(history, now + timedelta(days=999)) == 0
    files = {path.name for path in settings.dagster_folder(home).rglob("*") if ids[0] in str(path)}
    assert files == set()
    monkeypatch.setenv("GPUHOUR_KEEP_RUNS", "1d")
    assert [row["count"] for row in run("tidy", "--json", home=home).records() if row["part"] == "run history"] == [0]
