"""`gpuhour bill`: tables, JSON, CSV, files by pattern, exit codes, and text that stays text."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.queries import bills as questions
from tests.conftest import Demo, Run
from tests.support import bills
from tests.support.bills import aws, azure
from tests.support.worlds import cli

# The demo's prices are of 20 September 2026: a p4d.24xlarge costs 21.957642 an hour there, an NC24ads A100 v4 3.673.
P4D = aws("520.00", ResourceId="i-1", Tags='{"team": "research"}')
NC24 = azure("90.00", ResourceId="vm-1", Tags='{"team": "=1+1"}')
LOST = aws("9", usage="BoxUsage:p9.48xlarge", ResourceId="i-9")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    bills.write(tmp_path / "one.csv", [P4D, aws("1.50", usage="BoxUsage:m5.large")])
    bills.write(tmp_path / "two.parquet", [NC24])
    bills.write(tmp_path / "lost.csv", [LOST])
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_table(run: Run, demo: Demo, folder: Path) -> None:
    said = run("bill", "one.csv", "two.parquet", home=demo.home)
    assert said.code == 0 and not said.err
    assert "611.50" in said.out and "526.98" in said.out and "-6.98" in said.out and "88.15" in said.out


def test_groups_as_json(run: Run, demo: Demo, folder: Path) -> None:
    said = run("bill", "*.csv", "two.parquet", "--by", "tag:team", "--json", home=demo.home)
    assert said.code == 3 and "1 lines look like GPUs" in said.err
    groups = {row["value"]: row for row in said.records()}
    assert groups["research"]["over_list_usd"] == pytest.approx(-6.983408)
    assert groups["=1+1"]["list_usd"] == 88.152
    for view in (*questions.GROUPS, *questions.OTHER_VIEWS):
        assert run("bill", "one.csv", "--by", view, "--json", home=demo.home).code == 0
    (unmapped,) = run("bill", "lost.csv", "--by", "unmapped", "--json", home=demo.home).records()
    assert unmapped["effective_cost"] == 9 and unmapped["row"] == 2 and unmapped["file"] == "lost.csv"


def test_lines(run: Run, demo: Demo, folder: Path) -> None:
    said = run("bill", "one.csv", "two.parquet", "lost.csv", "--lines", "--term", "12", home=demo.home)
    rows = list(csv.DictReader(io.StringIO(said.out)))
    assert [row["class"] for row in rows] == ["gpu", "other", "gpu", "unmapped"]
    assert sum(Decimal(row["billed_cost"]) for row in rows) == Decimal("620.5")
    assert rows[0]["list_source_url"].startswith("https://") and rows[0]["equal_provider"] and rows[0]["row"] == "2"
    assert all(not cell.startswith("=") for row in rows for cell in row.values())
    assert len(run("bill", "one.csv", "--lines", "--json", home=demo.home).records()) == 2


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ((), 2, "give the files of the bill"),
        (("no-*.csv",), 2, "no file matches no-*.csv"),
        (("one.csv", "./one.csv"), 2, "given twice"),
        (("one.csv", "--by", "colour"), 2, "--by 'colour' is none of gpu"),
        (("one.csv", "--term", "0"), 2, "--term must be between"),
        (("nowhere.csv",), 1, "nowhere.csv: does not exist"),
    ],
)
def test_refusals(run: Run, demo: Demo, folder: Path, words: tuple[str, ...], code: int, message: str) -> None:
    said = run("bill", *words, home=demo.home)
    assert said.code == code and message in said.err and not said.out


def test_nothing_is_kept_or_written(run: Run, demo: Demo, folder: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in demo.home.root.rglob("*")}
    run("bill", "one.csv", home=demo.home)
    assert {path: path.stat().st_mtime_ns for path in demo.home.root.rglob("*")} == before
    assert sorted(path.name for path in folder.iterdir()) == ["lost.csv", "one.csv", "two.parquet"]


def test_bill_needs_neither_dagster_nor_pandas(demo: Demo, folder: Path) -> None:
    poisoned = "import sys; sys.modules.update(dagster=None, pandas=None, numpy=None, scipy=None, sqlglot=None)"
    done = cli("bill", folder / "one.csv", folder / "two.parquet", home=demo.home.root, before=poisoned)
    assert done.returncode == 0 and "611.50" in done.stdout, done.stderr


def test_hostile_text_does_not_reach_the_terminal(run: Run, demo: Demo, folder: Path) -> None:
    evil = "\x1b[2Jgpu\u202e"
    bills.write(
        folder / "evil.csv", [azure("1", ResourceName=evil, ChargeDescription=evil), LOST | {"ServiceName": evil}]
    )
    for words in ((), ("--by", "resource"), ("--by", "unmapped"), ("--lines",)):
        said = run("bill", "evil.csv", *words, home=demo.home)
        assert said.code == 3 and "\x1b" not in said.out + said.err and "\u202e" not in said.out + said.err
