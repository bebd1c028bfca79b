"""The recipe for a CI runner: its steps, run one after the other in fresh clones over several days."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support import ci_runner, worlds
from tests.support.ci_runner import Job, git
from tests.support.worlds import ROOT

pytestmark = pytest.mark.extras
WORKFLOW = ROOT / "docs" / "hosting" / "refresh.yml"
PUSH = ROOT / "docs" / "hosting" / "push-folder"


@pytest.fixture(scope="module")
def hosted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A forge's repository, whose owner has an alerts.yaml in it."""
    if not (ROOT / ".git").exists():
        pytest.skip("needs a git checkout: the recipe is run in clones of it")
    return ci_runner.hosted(tmp_path_factory.mktemp("hosting"))


Day = Callable[..., Job]


@pytest.fixture(scope="module")
def day(hosted: Path, tmp_path_factory: pytest.TempPathFactory) -> Day:
    """day("2026-09-20") -> the job of that day, which reads two providers' pages; every other source fails."""
    pages = worlds.captures(tmp_path_factory.mktemp("pages"), "lambda", "oracle")

    def run(date: str, captures: Path = pages) -> Job:
        options = {
            "REFRESH_OPTIONS": f"--replay {captures} --date {date}",
            "GPUHOUR_REPORT_URL": "https://me.example/gpu",
        }
        return ci_runner.run(WORKFLOW, hosted, tmp_path_factory.mktemp(date), options)

    return run


def files(bare: Path, branch: str) -> set[str]:
    return set(git("ls-tree", "-r", "--name-only", branch, cwd=bare).splitlines())


def test_days_add_to_the_facts_and_failures_lose_none(hosted: Path, day: Day, tmp_path: Path) -> None:
    first = day("2026-09-20")
    assert set(first.outcomes.values()) == {"success"}, first.printed
    assert "the first day" in first.printed["facts"]
    assert "::warning::some sources failed" in first.printed["refresh"]  # exit code 3: published, and a warning
    assert "::warning::" in first.printed["Look at the sources"]
    facts = files(hosted, "gpuhour-facts")
    assert {"manifest.json", "ledger.sqlite"} < facts and any(name.startswith("pages/lambda/") for name in facts)
    report = files(hosted, "gpuhour-pages")
    assert {".nojekyll", "index.html", "provider/lambda.html", "gpuhour.odcs.yaml"} < report
    assert "https://me.example/gpu" in git("show", "gpuhour-pages:index.html", cwd=hosted)

    second = day("2026-09-21")
    assert set(second.outcomes.values()) == {"success"}, second.printed
    days = "select count(distinct seen_on) as days from v1.source_health where provider = 'lambda' and status = 'ok'"
    said = worlds.cli("sql", days, "--format", "csv", home=second.clone / "data")
    assert said.stdout.split() == ["days", "2"], said.stderr
    grown = files(hosted, "gpuhour-facts")
    assert {name for name in facts if name.startswith("landing/")} < grown
    assert git("rev-list", "--count", "gpuhour-facts", cwd=hosted) == "1"  # the repository does not grow by old states

    nothing = tmp_path / "nothing"
    worlds.captures(nothing, "yottalabs")
    third = day("2026-09-22", nothing)
    assert third.outcomes["Save the facts"] == "success", third.printed
    kept = files(hosted, "gpuhour-facts")
    assert {name for name in grown if name.startswith(("landing/", "pages/"))} < kept


def test_damaged_facts_stop_the_run_and_are_not_overwritten(hosted: Path, day: Day, tmp_path: Path) -> None:
    before = git("rev-parse", "gpuhour-facts", cwd=hosted)
    clone = tmp_path / "clone"
    git("clone", "--quiet", "--branch", "gpuhour-facts", hosted, clone, cwd=tmp_path)
    next(path for path in sorted((clone / "landing").rglob("*.parquet"))).write_bytes(b"PAR1")
    git("-c", "user.name=x", "-c", "user.email=x@localhost", "commit", "--quiet", "--all", "-m", "Damage", cwd=clone)
    git("push", "--quiet", "origin", "HEAD:gpuhour-facts", cwd=clone)
    damaged = git("rev-parse", "gpuhour-facts", cwd=hosted)
    job = day("2026-09-23")
    assert job.outcomes["facts"] == "failure" and "differ from their hash" in job.printed["facts"]
    assert {job.outcomes[name] for name in ("refresh", "Save the facts", "Publish the report")} == {"skipped"}
    assert git("rev-parse", "gpuhour-facts", cwd=hosted) == damaged != before


def test_whoever_wrote_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    bare, clone, folder = tmp_path / "bare.git", tmp_path / "clone", tmp_path / "folder"
    git("init", "--quiet", "--bare", bare, cwd=tmp_path)
    git("clone", "--quiet", bare, clone, cwd=tmp_path)
    folder.mkdir()

    def pushed(text: str, *expected: str) -> int:
        (folder / "a b.txt").write_text(text)
        return subprocess.run(
            [PUSH, folder, "facts", *expected], cwd=clone, capture_output=True, check=False
        ).returncode

    assert pushed("1", "") == 0
    first = git("rev-parse", "facts", cwd=bare)
    assert pushed("2", "") != 0  # it should not be there yet
    assert pushed("2", first) == 0
    assert pushed("3", first) != 0  # somebody pushed meanwhile
    assert git("show", "facts:a b.txt", cwd=bare) == "2"
    assert pushed("4") == 0  # the report: the newest wins


def test_recipe_asks_for_no_more_than_it_needs() -> None:
    content: dict[Any, Any] = yaml.safe_load(WORKFLOW.read_text())
    assert content["permissions"] == {"contents": "write"} and content["concurrency"]["cancel-in-progress"] is False
    (job,) = content["jobs"].values()
    assert [step["uses"] for step in job["steps"] if "uses" in step] == ["actions/checkout@v4"]
    assert not any("${{" in step.get("run", "") for step in job["steps"])  # no text of a setting becomes a command
    assert not list((ROOT / ".github").rglob("refresh.yml"))  # it does not run in this repository
