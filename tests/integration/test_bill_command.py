"""`gpuhour bill`: tables, JSON, CSV, files by pattern, exit codes, and text that stays text."""

from __future__ import annotations

import csv
import io
import re
import shutil
import tarfile
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from pipelines.queries import bills as questions
from pipelines.reports.build import build
from tests.conftest import Demo, Run
from tests.support import bills
from tests.support.bills import aws, azure
from tests.support.worlds import cli
from warehouse.storage.state_dir import Home

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


def test_less_than_half_a_cent_has_no_sign(run: Run, demo: Demo, folder: Path) -> None:
    paid = NC24 | {"EffectiveCost": "88.15", "BilledCost": "88.15"}  # the list says 88.152
    bills.write(folder / "rounded.csv", [paid])
    said = run("bill", "rounded.csv", "--page", "--keep", home=kept_home(demo.home, folder))
    assert said.code == 0 and "88.15" in said.out and "-0.00" not in said.out
    assert "-0.00" not in (folder / "home" / "bills" / "bill.html").read_text()


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
    poisoned = "import sys; sys.modules.update(dagster=None, pandas=None, numpy=None, scipy=None)"
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


# -- what is kept --------------------------------------------------------------------------------------------------

SECRET = "arn:secret-machine-of-ours"
HOSTILE = "<script>alert(1)</script>\x1b[2J"


def kept_home(market: Home, folder: Path) -> Home:
    """Copy a published database into a state folder of the test's own."""
    home = Home(folder / "home")
    home.root.mkdir()
    shutil.copy(market.published, home.published)
    return home


def test_bill_is_kept_for_its_owner_alone(run: Run, demo: Demo, folder: Path) -> None:
    home = kept_home(demo.home, folder)
    before = run("bill", "one.csv", "two.parquet", "--lines", "--json", home=home).records()
    assert not home.bills.exists()  # nothing is kept unasked
    said = run("bill", "one.csv", "two.parquet", "--keep", home=home)
    assert said.code == 0 and "bills/bill_lines.parquet has every line" in said.err
    file = home.bills / "bill_lines.parquet"
    assert file.stat().st_mode & 0o077 == 0 and home.bills.stat().st_mode & 0o077 == 0
    kept = duckdb.sql(f"select class, resource_id, effective_cost, list_usd, equal_sha256 from '{file}'").fetchall()
    assert [row[:3] for row in kept] == [
        (r["class"], r["resource_id"], Decimal(str(r["effective_cost"]))) for r in before
    ]
    assert kept[0][3] == Decimal("526.983408") and len(kept) == 3
    run("bill", "two.parquet", "--keep", home=home)
    assert duckdb.sql(f"select count(*) from '{file}'").fetchall() == [(1,)]  # the last one, not both


def test_page_shows_the_bill_and_loads_nothing(run: Run, demo: Demo, folder: Path) -> None:
    home = kept_home(demo.home, folder)
    bills.write(folder / "hostile.csv", [P4D, aws("7", ResourceId=HOSTILE), LOST])
    said = run("bill", "hostile.csv", "--page", home=home)
    assert said.code == 3 and "bill.html shows it" in said.err and not (home.bills / "bill_lines.parquet").exists()
    text = (home.bills / "bill.html").read_text()
    assert "526.98" in text and "-6.98" in text and "Looks like a GPU, not mapped" in text and "hostile.csv" in text
    assert "&lt;script&gt;alert(1)" in text and "<script" not in text and "\x1b" not in text
    assert not re.search(r"\s(?:href|src)=|url\(", text) and "default-src 'none'" in text and "noindex" in text
    assert "Private: this page shows a bill" in text


def test_kept_bill_is_in_nothing_that_others_get(run: Run, market: Home, folder: Path) -> None:
    home = kept_home(market, folder)
    bills.write(folder / "mine.csv", [aws("520.00", ResourceId=SECRET)])
    assert run("bill", "mine.csv", "--keep", "--page", home=home).code in (0, 3)
    assert SECRET in (home.bills / "bill.html").read_text()
    build(home, home.report)
    assert run("backup", folder / "all.tar", home=home).code == 0
    with tarfile.open(folder / "all.tar") as tar:
        assert not [name for name in tar.getnames() if "bill" in name]
    public = [path for path in home.root.rglob("*") if path.is_file() and home.bills not in path.parents]
    assert len(public) > 100 and not [path for path in public if SECRET.encode() in path.read_bytes()]
    assert not [path for path in public if path.name.startswith("bill")]
