"""The import as a process and a command: kills, exit codes, and a real archive of 1.5 million rows."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.cli.app import main
from pipelines.queries import timeline
from pipelines.queries.filters import ALL
from tests.conftest import Demo
from tests.support.import_files import GOOD, land, read, row, text, write
from tests.support.worlds import ROOT, building, rows
from warehouse.imports import long_format
from warehouse.publish import release
from warehouse.storage import connection
from warehouse.storage.state_dir import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


LAND = """
import sys
from pathlib import Path
from warehouse.storage.state_dir import Home
from warehouse.imports.import_file import land_file, only_importer
home = Home(Path(sys.argv[1]))
print("ready", flush=True)
with only_importer(home) as room:
    land_file(home, Path(sys.argv[2]), "mine", room)
"""


@pytest.mark.extras  # test_kills kills an import, a build and a publication
def test_kills_leave_no_partial_landing(home: Home, tmp_path: Path) -> None:
    """A landing counts when its pages file exists; whenever it does, all its offers do too."""
    table = [row(region=f"r{n}", date=f"2023-05-{10 + n % 20}", observed_at="") for n in range(20_000)]
    path = write(tmp_path, text(table))
    usual, killed, chance = 0.0, 0, random.Random(7)
    for attempt in range(8):
        state = Home(home.root / str(attempt))
        process = subprocess.Popen(
            [sys.executable, "-c", LAND, str(state.root), str(path)], cwd=ROOT, stdout=subprocess.PIPE
        )
        assert process.stdout and process.stdout.readline() == b"ready\n"
        began = time.monotonic()
        if attempt:
            time.sleep(usual * chance.uniform(0.2, 1.1))
            process.send_signal(signal.SIGKILL)
        process.stdout.close()
        killed += process.wait(60) == -signal.SIGKILL
        usual = usual or time.monotonic() - began
        pages = list(state.landing.glob("pages/*/*.parquet"))
        if pages:
            assert len(read(state)) == 20_000
        done = land(state, path)
        assert done.known == bool(pages) and len(read(state)) == 20_000
        left = [p for p in state.root.rglob("*") if p.suffix == ".part" or p.name == "work"]
        assert not left
    assert killed >= 3


def test_full_disk_lands_nothing(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, text([row()]))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken, pytest.raises(OSError, match="No space left"):
        broken.setattr("os.fsync", full)
        land(home, path)
    assert not list(home.landing.rglob("*.parquet")) and not list(home.landing.rglob("*.part"))
    assert land(home, path).landed == 1


def gpuhour(*arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as left:
        main(["import", *map(str, arguments)])
    return int(str(left.value.code))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[Home]:
    """Count builds instead of running them; nothing is published."""
    built: list[Home] = []
    monkeypatch.setattr(release, "build_and_publish", built.append)
    monkeypatch.setattr("pipelines.cli.commands.import_history._quarantined", lambda *_: None)
    return built


@pytest.mark.usefixtures("without_costs")
def test_command_lands_builds_and_publishes(home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(
        tmp_path, text([row(), row(price_usd_per_hour="0", region="a"), row(price_usd_per_hour="", region="b")])
    )
    assert gpuhour(path, "--source", "archive", "--json", "--home", home.root) == 0
    printed = capsys.readouterr()
    [summary] = json.loads(printed.out)
    assert summary["source"] == "archive" and summary["seconds"] > 0
    assert (summary["rows"], summary["landed"], summary["rejected"]) == (3, 3, 0)
    with connection.published(home) as con:
        found = rows(con, "select provider, source, usd_per_gpu_hour from v1.price_history where source <> 'seed'")
    assert found == [{"provider": "aws", "source": "archive/someone/prices", "usd_per_gpu_hour": Decimal("4.096575")}]


def test_exit_codes(home: Home, tmp_path: Path, quick: list[Home], capsys: pytest.CaptureFixture[str]) -> None:
    at = ("--source", "mine", "--home", home.root)
    some = write(tmp_path, text([row(), row(date="x", price_usd_per_hour="y")]), "some.csv")
    assert gpuhour(some, *at) == 3 and len(quick) == 1
    said = capsys.readouterr().err
    assert "some.csv: line 3: date 'x' is no date (YYYY-MM-DD)" in said
    assert "some.csv: line 3: price_usd_per_hour 'y' is no number" in said
    assert "1 rows could not be loaded; all of them:" in said and "-rejected.csv" in said
    assert gpuhour(some, *at) == 0 and len(quick) == 2, "a build that was killed is made up for"
    assert "landed before" in capsys.readouterr().out
    none = write(tmp_path, text([row(date="x")]), "none.csv")
    assert gpuhour(none, *at) == 1 and len(quick) == 2
    assert "none of its 1 rows could be loaded" in capsys.readouterr().err
    assert gpuhour(write(tmp_path, text([]), "header.csv"), *at) == 1
    assert "holds no rows" in capsys.readouterr().err
    assert gpuhour(write(tmp_path, "a,b\n1,2\n", "other.csv"), *at) == 1
    assert "no column date, provider" in capsys.readouterr().err
    assert gpuhour(tmp_path / "absent.csv", *at) == 1 and gpuhour(tmp_path, *at) == 1
    assert len(quick) == 2


@pytest.mark.parametrize("arguments", [
    (), ("x.csv",), ("x.csv", "--source", "a/b"), ("x.csv", "--source", "price_list"), ("--source", "a"),
    ("x.csv", "--source", "a", "--skypilot", "y"), ("x.csv", "--source", "a", "--since", "2024-01-01"),
    ("x.csv", "--source", "a", "--since", "soon"), ("x.csv", "--source", "a", "--nosuch"),
], ids=" ".join)  # fmt: skip
def test_wrong_usage_exits_2(arguments: tuple[str, ...], home: Home, quick: list[Home]) -> None:
    assert gpuhour(*arguments, "--home", home.root) == 2 and not quick


def test_extra_columns_are_reported_once(
    home: Home, tmp_path: Path, quick: list[Home], capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, text([row(x="1", y="2")] * 3, [*GOOD, "x", "y"]))
    assert gpuhour(path, "--source", "mine", "--home", home.root) == 0
    assert capsys.readouterr().err.count("ignored columns: x, y") == 1


def test_failed_build_reports_that_rows_landed(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(_: Home) -> None:
        raise release.NotPublished("rows offend")

    monkeypatch.setattr(release, "build_and_publish", fails)
    assert gpuhour(write(tmp_path, text([row()])), "--source", "mine", "--home", home.root) == 1
    assert "landed, but not published" in capsys.readouterr().err and len(read(home)) == 1


@pytest.mark.usefixtures("without_costs")
def test_failing_check_stops_publication(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from warehouse.engine import checks

    land(home, write(tmp_path, text([row()])))
    guard = checks.Check("core.observations", "nothing_is_right", "", True, "select 1")
    monkeypatch.setattr(checks, "all_checks", lambda: (guard,))
    with pytest.raises(release.NotPublished, match="nothing_is_right"):
        release.build_and_publish(home)
    assert not home.published.exists()


def test_feed_statistics_are_not_prices(home: Home, tmp_path: Path) -> None:
    table = [row(price_basis="offer_aggregate"), row(price_basis="gpu_component", region="b"), row(region="c")]
    land(home, write(tmp_path, text(table)))
    with building(home, "staging.offers", "v1.price_changes", "v1.price_intervals", "v1.series") as con:
        found = rows(
            con, "select price_scope, usd_per_gpu_hour from staging.offers where source like 'mine/%' order by 1"
        )
        told = timeline.changes(con, ALL, date(2000, 1, 1), 0, "newest")
    assert [(f["price_scope"], f["usd_per_gpu_hour"]) for f in found] == [
        ("gpu_component", None), ("instance", Decimal("4.096575")), ("offer_aggregate", None),
    ]  # fmt: skip
    assert sorted(t["region"] for t in told if t["source"].startswith("mine/")) == ["b", "c"]


def test_documented_columns_are_complete() -> None:
    page = (ROOT / "docs" / "import.md").read_text()
    for word in (*long_format.COLUMNS, *long_format.BASES, *long_format.TERMS):
        assert f"`{word}`" in page


def test_archive_lands_complete_and_compact(archive: Demo) -> None:
    home = archive.home
    _, n_rows, n_landed, n_rejected = archive.stdout.splitlines()[1].split()[:4]
    is_whole = n_rows == "1541015"
    assert n_landed == n_rows and n_rejected == "0"
    with connection.in_memory() as con:
        files = f"read_parquet('{home.landing}/offers/*/*.parquet')"
        counts = con.execute(f"""
            select price_scope, price_unit, count(*) from {files} group by all order by all
        """).fetchall()  # fmt: skip
        facts = con.execute(f"""
            select count(*) filter (price = 0), count(*) filter (price_status = 'missing'), count(distinct provider),
                count(*) filter (term_months = 12), count(*) filter (term_months = 36), count(distinct source)
            from {files}
        """).fetchall()  # fmt: skip
        looks = con.execute(f"""
            select count(*), sum(n_offers), count(distinct (provider, url, captured_at))
            from read_parquet('{home.landing}/pages/*/*.parquet')
        """).fetchall()  # fmt: skip
    if is_whole:
        assert counts == [
            ("gpu_component", "instance_hour", 137_839), ("instance", "gpu_hour", 5_571),
            ("instance", "instance_hour", 1_394_794), ("offer_aggregate", "instance_hour", 2_811),
        ]  # fmt: skip
        assert facts == [(1_864, 357, 53, 88_663, 88_663, 17)]
        assert looks == [(3_484, 1_541_015, 3_484)]
    else:
        assert counts == [
            ("gpu_component", "instance_hour", 72_300), ("instance", "gpu_hour", 5_571),
            ("instance", "instance_hour", 409_772), ("offer_aggregate", "instance_hour", 2_772),
        ]  # fmt: skip
        assert facts == [(374, 39, 53, 87_537, 87_537, 17)]
        assert looks == [(looks[0][2], int(n_rows), looks[0][2])]
    size = sum(path.stat().st_size for path in home.landing.rglob("*.parquet"))
    assert size / int(n_rows) <= (3 if is_whole else 4), f"{size / int(n_rows):.2f} bytes an observation"
