"""A refresh that is killed, or runs beside another, loses nothing."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import IO

import pytest

from tests.chaos.test_stops import ends
from tests.support import worlds
from tests.support.refreshes import FIRST, landed
from tests.support.worlds import CAPTURES, ROOT
from warehouse.storage import connection
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


# The same, with a page whose reader waits until the signal of that number has come.
INTERRUPTED = """
from pathlib import Path
from pipelines.ingest import scrape_provider
reader, read = Path(os.environ["GPUHOUR_HOME"] + ".reader"), scrape_provider.read_page
def read_slowly(*given):
    reader.write_text(str(os.getpid()))
    time.sleep(60)
for line in sys.stdin:
    number = int(line)
    scrape_provider.read_page = read_slowly if number else read
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.dup2(2, 1)
            main(["refresh", "--replay", sys.argv[1], "--date", "2026-11-02"])
        except SystemExit as left:
            code = left.code
        finally:
            os._exit(code)
    if number:
        while not reader.exists() or not reader.read_text():
            time.sleep(0.01)
        os.kill(child, number)
    started = time.monotonic()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(code, time.monotonic() - started, reader.read_text() if number else 0, flush=True)
    reader.unlink(missing_ok=True)
"""


@dataclass
class Refresher:
    """Runs `gpuhour refresh --replay` for one day after another, and kills it."""

    process: subprocess.Popen[str]
    log: IO[str]
    days: list[date] = field(default_factory=list)

    def run(self, kill_after: float = 0) -> int:
        """Refresh the next day and return the exit code."""
        self.days.append(FIRST + timedelta(days=len(self.days)))
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(f"{self.days[-1]} {kill_after}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def said(self) -> str:
        """Return the output of all runs so far."""
        return Path(self.log.name).read_text()


@contextmanager
def refresher(folder: Path, home: Home, code: str = SOME + FORKS) -> Iterator[Refresher]:
    dagster_home = worlds.dagster_home(folder / "dagster")
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(CAPTURES)], cwd=ROOT, text=True,
            env=os.environ | {"DAGSTER_HOME": str(dagster_home), "GPUHOUR_HOME": str(home.root)},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
            preexec_fn=worlds.heeding_signals,
        )  # fmt: skip
        assert process.stdin and process.stdout
        try:
            yield Refresher(process, log)
        finally:
            process.stdin.close()
            process.stdout.close()
            process.wait(60)


def newest(home: Home) -> date:
    """Return the newest day in the published database."""
    with connection.published(home) as con:
        day: date = con.execute("select newest_on from v1.meta").fetchall()[0][0]
        return day


@pytest.mark.slow
@pytest.mark.parametrize("n_kills", [1, pytest.param(8, marks=pytest.mark.extras)])
def test_kills_lose_nothing_and_the_next_run_works(tmp_path: Path, n_kills: int) -> None:
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    home = Home(tmp_path / "home")
    with refresher(tmp_path, home) as refreshes:
        assert refreshes.run() == 0, refreshes.said()
        started = time.monotonic()
        assert refreshes.run() == 0, refreshes.said()
        usual = time.monotonic() - started
        facts, published, killed = landed(home), newest(home), 0
        for _ in range(tries := 2 * n_kills + 2):
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
            if killed == n_kills:
                break
        assert killed >= max(1, n_kills // 2), f"only {killed} of {tries} runs were hit"
        assert refreshes.run() == 0, refreshes.said()
        assert newest(home) == refreshes.days[-1]
        assert facts <= landed(home)
    assert not [p.name for p in home.root.iterdir() if ".part" in p.name]


@pytest.mark.slow
def test_interrupted_refresh_ends_at_once_and_publishes_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with refresher(tmp_path, home, SOME + INTERRUPTED) as refreshes:
        process = refreshes.process
        assert process.stdin and process.stdout
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, 0):
            process.stdin.write(f"{int(number)}\n")
            process.stdin.flush()
            code, seconds, reader = process.stdout.readline().split()
            assert int(code) == (128 + number if number else 0), refreshes.said()
            assert not number or (float(seconds) < 5 and ends(int(reader)) and not home.published.exists())
    assert newest(home) == FIRST and refreshes.said().count("interrupted by") == 3


@pytest.mark.extras  # two imports in the suite: test_damage
def test_two_concurrent_refreshes_both_succeed(tmp_path: Path) -> None:
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
