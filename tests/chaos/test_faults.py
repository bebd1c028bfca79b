"""What happens when things break: kills, two at once, locks, full disks, damaged files, midnight."""

from __future__ import annotations

import fcntl
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import IO, Any

import dagster as dg
import pytest

from pipelines import in_process
from pipelines.cli import app as command_line
from pipelines.defs import scrape_assets
from tests.support import worlds
from tests.support.worlds import CAPTURES, ROOT, built, offer, only, put, rows, seen
from warehouse.engine import build
from warehouse.publish import publish
from warehouse.storage import connection, landing
from warehouse.storage.state_dir import Home

pytestmark = pytest.mark.usefixtures("without_costs")

SOME = """
import os, signal, sys, time
from scrapers import registry
from tests.support import worlds
known = registry.modules()
registry.modules = lambda: {"oracle": known["oracle"]}
fewer = worlds.without_costs()
fewer.__enter__()
import pipelines.in_process
from pipelines.cli.app import main
"""
# Refreshes in forks of one process that has imported everything: a kill lands in the work, not in the imports.
FORKS = """
for line in sys.stdin:
    day, delay = line.split()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.dup2(2, 1)
            main(["refresh", "--replay", sys.argv[1], "--date", day])
        except SystemExit as left:
            code = left.code
        finally:
            os._exit(code)
    if float(delay):
        time.sleep(float(delay))
        os.kill(child, signal.SIGKILL)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
FIRST = date(2026, 11, 2)


@dataclass
class Refresher:
    """Runs `gpuhour refresh --replay` for one day after another, and kills it."""

    process: subprocess.Popen[str]
    log: IO[str]
    days: list[date] = field(default_factory=list)

    def run(self, kill_after: float = 0) -> int:
        """Exit code of a refresh of the next day."""
        self.days.append(FIRST + timedelta(days=len(self.days)))
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(f"{self.days[-1]} {kill_after}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def said(self) -> str:
        """What all runs said so far."""
        return Path(self.log.name).read_text()


@contextmanager
def refresher(folder: Path, home: Home) -> Iterator[Refresher]:
    dagster_home = worlds.dagster_home(folder / "dagster")
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", SOME + FORKS, str(CAPTURES)], cwd=ROOT, text=True,
            env=os.environ | {"DAGSTER_HOME": str(dagster_home), "GPUHOUR_HOME": str(home.root)},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
        )  # fmt: skip
        assert process.stdin and process.stdout
        try:
            yield Refresher(process, log)
        finally:
            process.stdin.close()
            process.stdout.close()
            process.wait(60)


def landed(home: Home) -> set[tuple[Any, ...]]:
    """Every landed price, by what makes it a fact; reads every file."""
    with connection.in_memory() as con:
        build.open_landing(con, home)
        pages = con.execute("select landing_id, url, captured_at, status from landing.pages").fetchall()
        offers = con.execute(
            "select landing_id, url, instance, region, pricing_model, price from landing.offers"
        ).fetchall()
    return {*pages, *offers}


def newest(home: Home) -> date:
    """The newest day in the published database."""
    with connection.published(home) as con:
        day: date = con.execute("select newest_on from v1.meta").fetchall()[0][0]
        return day


def test_kills_lose_nothing_and_the_next_run_works(tmp_path: Path) -> None:
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    home = Home(tmp_path / "home")
    with refresher(tmp_path, home) as refreshes:
        assert refreshes.run() == 0, refreshes.said()
        started = time.monotonic()
        assert refreshes.run() == 0, refreshes.said()
        usual = time.monotonic() - started
        facts, published, killed = landed(home), newest(home), 0
        for _ in range(16):
            after = usual * chance.random()
            started = time.monotonic()
            if refreshes.run(kill_after=after) == -signal.SIGKILL:
                killed += 1
            else:  # it was quicker than the kill: the machine is less busy now
                usual = min(usual, time.monotonic() - started)
            told = f"seed {seed}: killed after {after:.2f} of {usual:.2f} s"
            kept = landed(home)
            assert facts <= kept, told
            now = newest(home)
            assert now in (published, *refreshes.days) and now >= published, told
            facts, published = kept, now
            if killed == 8:
                break
        assert killed >= 4, f"only {killed} of 16 runs were hit"
        assert refreshes.run() == 0, refreshes.said()
        assert newest(home) == refreshes.days[-1]
        assert facts <= landed(home)
    assert not [p.name for p in home.root.iterdir() if ".part" in p.name]


def test_two_refreshes_at_once_both_end_well(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    code = SOME + "main(['refresh', '--replay', *sys.argv[1:]])"
    env = os.environ | {
        "DAGSTER_HOME": str(worlds.dagster_home(tmp_path / "dagster")), "GPUHOUR_HOME": str(home.root),
    }  # fmt: skip
    both = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(CAPTURES), "--date", str(day)],
            cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )
        for day in (FIRST, FIRST + timedelta(days=1))
    ]  # fmt: skip
    said = [process.communicate(timeout=120)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], "\n".join(said)
    with connection.published(home) as con:
        days = con.execute("select distinct observed_on from v1.price_history where source <> 'seed'").fetchall()
    assert len(days) >= 1 and len(list(home.landing.glob("pages/*/*.parquet"))) == 2


# -- one thing breaks: in this process, on a small warehouse ---------------------------------------------------------


@contextmanager
def ephemeral() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


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

    def days(self) -> list[date]:
        with connection.published(self.home) as con:
            found = con.execute("select distinct observed_on from v1.price_history where source <> 'seed' order by 1")
            return [day for (day,) in found.fetchall()]


def oracle_alone(patch: pytest.MonkeyPatch) -> None:
    only(patch, "oracle")
    patch.setattr(in_process, "instance", ephemeral)
    patch.setattr(scrape_assets, "RETRY", dg.RetryPolicy(max_retries=1))  # at once, not after half a minute


@pytest.fixture(scope="module")
def one_run(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """What every shop is a copy of."""
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


def test_a_warehouse_held_by_another_process_is_told(shop: Shop) -> None:
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
    assert shop.refresh(NEXT)[0] == 0 and shop.days() == [FIRST, NEXT]


def test_a_build_that_lasts_is_told(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    patient = connection.writer_lock
    monkeypatch.setattr(connection, "writer_lock", lambda home: patient(home, wait_seconds=0.3))
    with (shop.home.locks / "build.lock").open("r+") as lock:
        lock.truncate(0)
        lock.write("4711")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        code, err = shop.refresh(NEXT)
    assert code == 1 and "being built by process 4711" in err and "Try again" in err
    assert shop.refresh(NEXT)[0] == 0


@pytest.mark.parametrize("where", ["landing", "publish", "export"])
def test_a_full_disk_keeps_what_there_is(shop: Shop, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    facts = landed(shop.home)

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        written = {"landing": (landing, "_write"), "publish": (publish, "_copy"), "export": (publish, "_write_exports")}
        patch.setattr(*written[where], full)
        code, err = shop.refresh(NEXT)
    # A provider that could not land failed; one that landed and could not be published did not.
    assert code == (3 if where == "landing" else 1)
    assert "No space left on device" in err and "Traceback" not in err
    assert facts <= landed(shop.home)
    assert shop.days() == ([FIRST, NEXT] if where == "export" else [FIRST])
    assert not list(shop.home.exports.glob("*.part"))
    assert shop.refresh(NEXT)[0] == 0 and shop.days() == [FIRST, NEXT]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk that holds a home twice over, and not much more."""
    where = tmp_path / "disk"
    where.mkdir()
    mount = shutil.which("mount")
    if os.geteuid() != 0 or not mount:
        pytest.skip("needs root to mount a small disk")
    if subprocess.run([mount, "-t", "tmpfs", "-o", "size=256m", "none", where], capture_output=True).returncode:
        pytest.skip("may not mount here")
    yield where
    subprocess.run(["umount", where], check=True)


@pytest.mark.parametrize("room", [0, 64 * 1024, 1024 * 1024])
def test_a_really_full_disk(shop: Shop, small_disk: Path, room: int, capsys: pytest.CaptureFixture[str]) -> None:
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
    assert small.days() == [FIRST] and facts <= landed(small.home)
    ballast.unlink()
    code, err = small.refresh(NEXT)
    assert code == 0, err
    assert small.days() == [FIRST, NEXT]


@pytest.mark.parametrize("damage", ["empty", "cut", "junk", "flipped"])
@pytest.mark.parametrize("kind", ["pages", "offers"])
def test_a_damaged_landing_file_is_named_and_the_old_database_stays(shop: Shop, kind: str, damage: str) -> None:
    (path,) = (shop.home.landing / kind).glob("*/*.parquet")
    whole = path.read_bytes()
    middle = len(whole) // 3
    path.write_bytes({
        "empty": b"", "cut": whole[: len(whole) // 2], "junk": b"PAR1 is what it claims to be PAR1",
        "flipped": whole[:middle] + bytes(b ^ 0xFF for b in whole[middle : middle + 200]) + whole[middle + 200 :],
    }[damage])  # fmt: skip
    code, err = shop.refresh(NEXT)
    assert code == 1 and path.name in err.replace("\n", "") and "nothing was published" in err
    assert shop.days() == [FIRST] and path.exists()
    path.write_bytes(whole)
    assert shop.refresh(NEXT)[0] == 0 and shop.days() == [FIRST, NEXT]


def test_what_killed_publications_left_is_swept_up(shop: Shop) -> None:
    for name in ("published.99999.part", "published.99999.part.wal"):
        (shop.home.root / name).write_bytes(b"half")
    assert shop.refresh(NEXT)[0] == 0
    assert not [p.name for p in shop.home.root.iterdir() if ".part" in p.name]


def test_half_written_landing_files_do_not_count(shop: Shop) -> None:
    (path,) = (shop.home.landing / "pages").glob("*/*.parquet")
    path.with_suffix(".4711.part").write_bytes(path.read_bytes()[:100])
    assert shop.refresh(NEXT)[0] == 0 and shop.days() == [FIRST, NEXT]


# -- time ----------------------------------------------------------------------------------------------------------------

LAND = """
import sys
from pathlib import Path
from tests.support.worlds import at, offer, put, seen
from warehouse.engine import build
from warehouse.storage import connection
from warehouse.publish import publish
from warehouse.storage.state_dir import Home
home = Home(Path(sys.argv[1]))
for day in ("2026-03-08", "2026-04-05"):  # clocks change in New York, in Auckland
    for clock in ("00:00:01", "12:00:00", "23:59:59"):
        put(home, seen(day, [offer("2.00", instance=clock)], captured_at=at(day, clock), origin="recorded",
                       url=f"https://x.com/{clock}"))
with connection.writer_lock(home), connection.warehouse(home) as con:
    build.build(con, home)
    publish.publish(con, home)
with connection.published(home) as con:
    print(con.execute("select observed_on, count(*) from v1.price_history group by all order by 1").fetchall())
"""


@pytest.fixture(scope="module")
def in_utc(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, str]:
    home = Home(tmp_path_factory.mktemp("utc"))
    done = worlds.python(LAND, home.root, TZ="UTC")
    assert done.returncode == 0, done.stderr
    return home, done.stdout


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Auckland"])
def test_a_day_is_a_utc_day_wherever_the_machine_is(in_utc: tuple[Home, str], tmp_path: Path, zone: str) -> None:
    home, expected = in_utc
    assert "(datetime.date(2026, 3, 8), 3), (datetime.date(2026, 4, 5), 3)" in expected
    done = worlds.python(LAND, tmp_path, TZ=zone)
    assert done.stdout == expected, done.stderr
    for arguments in (
        ("prices", "--as-of", "2026-04-05", "--json"),
        ("history", "A100", "--format", "csv"),
        ("prices",),
    ):
        there = worlds.cli(*arguments, home=tmp_path, TZ=zone)
        assert there.returncode == 0 and there.stdout == worlds.cli(*arguments, home=home.root, TZ="UTC").stdout


def test_midnight_parts_two_days(tmp_path: Path) -> None:
    put(Home(tmp_path), *(
        seen(day, [offer(price)], captured_at=worlds.at(day, clock), url=f"https://x.com/{clock}")
        for day, clock, price in (("2026-03-01", "23:59:59", "2.00"), ("2026-03-02", "00:00:00", "2.10"))
    ))  # fmt: skip
    with built(Home(tmp_path), "v1.price_history", "v1.prices_as_of") as con:
        found = rows(
            con, "select observed_on, usd_per_gpu_hour from v1.price_history where source <> 'seed' order by 1"
        )
        assert [(str(r["observed_on"]), str(r["usd_per_gpu_hour"])) for r in found] == [
            ("2026-03-01", "2.000000"),
            ("2026-03-02", "2.100000"),
        ]
        on_the_first = con.execute(
            "select usd_per_gpu_hour from v1.prices_as_of('2026-03-01') where source <> 'seed'"
        ).fetchall()
    assert [str(price) for (price,) in on_the_first] == ["2.000000"]
