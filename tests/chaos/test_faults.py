"""Single faults: locks, full disks, damaged files."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.cli import app as command_line
from pipelines.defs import scrape_assets
from tests.support import refreshes
from tests.support.effort import first_of
from tests.support.refreshes import FIRST, landed
from tests.support.worlds import CAPTURES, only
from warehouse.publish import publish
from warehouse.storage import connection, landing
from warehouse.storage.state_dir import Home

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("module_without_costs", "with_exports")]


@dataclass(frozen=True, slots=True)
class Shop:
    """A state folder with one good run of Oracle in it."""

    home: Home
    capsys: pytest.CaptureFixture[str]

    def refresh(self, day: date) -> tuple[int, str]:
        with pytest.raises(SystemExit) as left:
            command_line.main(["refresh", "--replay", str(CAPTURES), "--date", str(day), "--home", str(self.home.root)])
        out, err = self.capsys.readouterr()
        assert not out
        return int(left.value.code or 0), err

    def refresh_well(self, day: date) -> None:
        code, err = self.refresh(day)
        assert code == 0, err

    def days(self) -> list[date]:
        with connection.published(self.home) as con:
            found = con.execute("select distinct observed_on from v1.price_history where source <> 'seed' order by 1")
            return [day for (day,) in found.fetchall()]


def oracle_alone(patch: pytest.MonkeyPatch) -> None:
    only(patch, "oracle")
    refreshes.history_in_memory(patch)
    patch.setattr(scrape_assets, "RETRY", dg.RetryPolicy(max_retries=1))  # at once, not after half a minute


@pytest.fixture(scope="module")
def one_run(module_without_costs: None, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Make the home that every shop is a copy of."""
    home = Home(tmp_path_factory.mktemp("shop") / "home")
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as left:
        oracle_alone(patch)
        command_line.main(["refresh", "--replay", str(CAPTURES), "--date", str(FIRST), "--home", str(home.root)])
    assert not left.value.code
    return home


@pytest.fixture
def shop(one_run: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shop:
    oracle_alone(monkeypatch)
    shutil.copytree(one_run.root, tmp_path / "home")
    return Shop(Home(tmp_path / "home"), capsys)


NEXT = FIRST + timedelta(days=1)
HOLD = """
import duckdb, sys
con = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


def test_warehouse_locked_by_another_process_is_reported(shop: Shop) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(shop.home.warehouse)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdin and holder.stdout and holder.stdout.readline() == "held\n"
    try:
        code, err = shop.refresh(NEXT)
    finally:
        holder.stdin.close()
        holder.stdout.close()
        holder.wait(10)
    assert code == 1 and "lock" in err and str(holder.pid) in err and "nothing was published" in err
    assert "Traceback" not in err and shop.days() == [FIRST]
    shop.refresh_well(NEXT)
    assert shop.days() == [FIRST, NEXT]


def test_long_build_is_reported(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    patient = connection.writer_lock
    monkeypatch.setattr(connection, "writer_lock", lambda home: patient(home, wait_seconds=0.3))
    with (shop.home.locks / "build.lock").open("r+") as lock:
        lock.truncate(0)
        lock.write("4711")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        code, err = shop.refresh(NEXT)
    assert code == 1 and "being built by process 4711" in err and "Try again" in err
    shop.refresh_well(NEXT)


@pytest.mark.parametrize("where", first_of(["publish", "landing", "export"]))
def test_full_disk_keeps_existing_files(shop: Shop, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    facts = landed(shop.home)

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        written = {
            "landing": (landing, "write_landing"),
            "publish": (publish, "_copy"),
            "export": (publish, "_write_exports"),
        }
        patch.setattr(*written[where], full)
        code, err = shop.refresh(NEXT)
    # A provider that could not land failed; one that landed and could not be published did not.
    assert code == (3 if where == "landing" else 1)
    assert "No space left on device" in err and "Traceback" not in err
    assert facts <= landed(shop.home)
    assert shop.days() == ([FIRST, NEXT] if where == "export" else [FIRST])
    assert not list(shop.home.exports.glob("*.part"))
    shop.refresh_well(NEXT)
    assert shop.days() == [FIRST, NEXT]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk that holds a home twice over, and not much more."""
    where = tmp_path / "disk"
    where.mkdir()
    mount = shutil.which("mount")
    if os.geteuid() != 0 or not mount:
        pytest.skip("needs root to mount a small disk")
    if subprocess.run([mount, "-t", "tmpfs", "-o", "size=256m", "none", where], capture_output=True).returncode:
        pytest.skip("may not mount here")
    yield where
    subprocess.run(["umount", where], check=True)


@pytest.mark.parametrize("room", first_of([64 * 1024, 0, 1024 * 1024]))
def test_full_file_system(shop: Shop, small_disk: Path, room: int, capsys: pytest.CaptureFixture[str]) -> None:
    small = Shop(Home(small_disk / "home"), capsys)
    shutil.copytree(shop.home.root, small.home.root)
    facts = landed(small.home)
    ballast = small_disk / "ballast"
    with ballast.open("wb") as stream, pytest.raises(OSError, match="No space"):
        while True:
            os.write(stream.fileno(), bytes(65536))
    os.truncate(ballast, max(ballast.stat().st_size - room, 0))
    code, err = small.refresh(NEXT)
    assert code in (1, 3) and "Traceback" not in err, err
    assert "No space left on device" in err and str(small.home.root) in err.replace("\n", ""), err
    assert small.days() == [FIRST] and facts <= landed(small.home)
    ballast.unlink()
    small.refresh_well(NEXT)
    assert small.days() == [FIRST, NEXT]


@pytest.mark.parametrize("damage", first_of(["flipped", "empty", "cut", "junk"]))
@pytest.mark.parametrize("kind", first_of(["pages", "offers"]))
def test_damaged_landing_file_is_named_and_the_old_database_stays(shop: Shop, kind: str, damage: str) -> None:
    (path,) = (shop.home.landing / kind).glob("*/*.parquet")
    whole = path.read_bytes()
    middle = len(whole) // 3
    path.write_bytes({
        "empty": b"", "cut": whole[: len(whole) // 2], "junk": b"PAR1 is what it claims to be PAR1",
        "flipped": whole[:middle] + bytes(b ^ 0xFF for b in whole[middle : middle + 200]) + whole[middle + 200 :],
    }[damage])  # fmt: skip
    code, err = shop.refresh(NEXT)
    assert code == 1 and path.name in err.replace("\n", "") and "nothing was published" in err, err
    assert shop.days() == [FIRST] and path.exists()
    path.write_bytes(whole)
    shop.refresh_well(NEXT)
    assert shop.days() == [FIRST, NEXT]


def test_leftovers_of_killed_publications_are_removed(shop: Shop) -> None:
    for name in ("published.99999.part", "published.99999.part.wal"):
        (shop.home.root / name).write_bytes(b"half")
    shop.refresh_well(NEXT)
    assert not [p.name for p in shop.home.root.iterdir() if ".part" in p.name]


def test_half_written_landing_files_do_not_count(shop: Shop) -> None:
    (path,) = (shop.home.landing / "pages").glob("*/*.parquet")
    path.with_suffix(".4711.part").write_bytes(path.read_bytes()[:100])
    shop.refresh_well(NEXT)
    assert shop.days() == [FIRST, NEXT]
