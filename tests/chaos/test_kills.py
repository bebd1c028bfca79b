"""Kills and full disks in import, build and publication change no number."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.support.import_files import days_of_prices, land, published, table
from tests.support.known import known, whole
from tests.support.worlds import ROOT
from warehouse.imports.import_file import land_file, only_importer
from warehouse.storage import connection
from warehouse.storage.state_dir import Home

pytestmark = pytest.mark.usefixtures("without_costs")


# -- kill -9 ---------------------------------------------------------------------------------------------------------

# A kill in publish costs a whole build before it.
PHASES = ("import", "build", "publish", "import", "build")
# Import, build and publish in forks of one process that has imported everything: a kill lands in the work.
ROUNDS = """
import itertools, os, resource, signal, sys, time
from pathlib import Path
from warehouse.publish import publish
from warehouse.publish import release
from warehouse.storage.state_dir import Home
from warehouse.imports.import_file import land_file, only_importer
from tests.support import worlds

fewer = worlds.without_costs()
fewer.__enter__()
home, files = Home(Path(sys.argv[1])), [Path(name) for name in sys.argv[2:]]
copy_out = publish.publish

def begin(name):
    if how == "full" and name == phase:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(amount), int(amount)))
    os.write(marks, name.encode() + b"\\n")

def publish_told(*given):
    begin("publish")
    copy_out(*given)

publish.publish = publish_told

def run(numbers):
    for number in numbers:
        begin("import")
        with only_importer(home) as room:
            land_file(home, files[number], "mine", room)
        begin("build")
        release.build_and_publish(home)
    begin("done")

for line in sys.stdin:
    first, how, phase, amount = line.split()
    reading, marks = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            endless = (n % len(files) for n in itertools.count(int(first)))
            run(endless if how == "kill" else [int(first)])
            code = 0
        finally:
            sys.excepthook(*sys.exc_info()) if code else None
            os._exit(code)
    os.close(marks)
    seen = []
    with os.fdopen(reading) as told:
        for mark in told:
            seen.append((mark.strip(), time.monotonic()))
            if how == "kill" and mark.strip() == phase:
                time.sleep(float(amount))
                os.kill(child, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(code, *(f"{mark}:{at}" for mark, at in seen), flush=True)
"""


@dataclass
class Rounds:
    """Runs land, build, publish over one file after the other, and kills it."""

    process: subprocess.Popen[str]

    def run(
        self, first: int, how: str = "whole", phase: str = "", amount: float = 0
    ) -> tuple[int, list[tuple[str, float]]]:
        """Return the exit code, and when each phase began.

        kill: that many seconds into a phase; full: from a phase on no file grows beyond that many bytes.
        """
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(f"{first} {how} {phase or '-'} {amount}\n")
        self.process.stdin.flush()
        code, *marks = self.process.stdout.readline().split()
        return int(code), [(mark, float(at)) for mark, _, at in (m.partition(":") for m in marks)]


@contextmanager
def rounds(home: Home, files: list[Path]) -> Iterator[Rounds]:
    process = subprocess.Popen(
        [sys.executable, "-c", ROUNDS, str(home.root), *map(str, files)],
        cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin and process.stdout
    try:
        yield Rounds(process)
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(60)


WHOLE = """
    select m.built_at, m.n_observations, m.newest_on, m.n_intervals, m.n_series, i.*,
        (select count(*) from v1.price_history),
        (select count(*) from v1.index_daily), (select count(*) from v1.quality_events), (select count(*) from v1.series),
        (select max(seen_on) from v1.source_health)
    from v1.meta as m
    cross join (
        select count(*), count(distinct series_id), max(last_seen_on) from v1.price_intervals
    ) as i(n_intervals, n_series, newest_on)
"""


def check_whole(home: Home) -> tuple[Any, ...]:
    """Check that the published tables belong together; return (build time, number of observations)."""
    with connection.published(home) as con:
        [(built_at, n_observations, newest_on, n_intervals, n_series, *counted)] = con.execute(WHOLE).fetchall()
        in_force = con.execute("select count(*) from v1.prices_as_of(?)", [newest_on])
        n_in_force = in_force.fetchall()[0][0]
    assert counted[:3] == [n_intervals, n_series, newest_on]
    assert n_in_force and counted[3] >= n_intervals and counted[6] >= n_series
    return built_at, n_observations


def check_landed(home: Home) -> None:
    """Check that every landed file's offers exist with their pages."""
    with connection.in_memory() as con:
        pages, offers = (f"read_parquet('{home.landing / kind / '*' / '*.parquet'}')" for kind in ("pages", "offers"))
        wrong = con.execute(
            f"select landing_id, sum(n_offers) as n from {pages} group by all except "
            f"select landing_id, count(*) from {offers} group by all"
        ).fetchall()
    assert not wrong


@pytest.mark.parametrize("n_kills", [3, pytest.param(52, marks=pytest.mark.extras)])
def test_kills_change_nothing(tmp_path: Path, n_kills: int) -> None:
    """Kill import, build and publication in turn, each at a random time within its duration."""
    seed = random.randrange(10**6)
    chance, home, killed = random.Random(seed), Home(tmp_path / "home"), Counter[str]()
    days = list(days_of_prices(2 + n_kills))
    files = [table(tmp_path, f"{number}.csv", rows) for number, rows in enumerate(days)]
    with rounds(home, files) as work:
        assert work.run(0)[0] == 0
        code, marks = work.run(1)
        assert code == 0
        length = {mark: end - start for (mark, start), (_, end) in pairwise(marks)}
        known_at = check_whole(home)
        for number in range(2, 2 + n_kills):
            phase = PHASES[number % len(PHASES)]
            delay = length[phase] * chance.random()
            told = f"seed {seed}: kill {number}, {delay:.3f} s into {phase} of {length}"
            code, marks = work.run(number, "kill", phase, delay)
            assert code == -signal.SIGKILL, told
            killed[marks[-1][0]] += 1
            check_landed(home)
            now = check_whole(home)
            assert now >= known_at and now[1] >= known_at[1], told
            known_at = now
        assert killed.total() == n_kills and min(killed[phase] for phase in PHASES) >= n_kills // 6, killed
        with only_importer(home) as room:
            landed_now = [land_file(home, file, "mine", room).landed for file in files]
        is_sure = n_kills > 2 * len(PHASES)  # the one import that is killed of a few may have landed already
        assert any(landed_now) or not is_sure, "no kill came in time"
        assert work.run(0)[0] == 0
    unhurt = Home(tmp_path / "unhurt")
    land(unhurt, table(tmp_path, "all.csv", list(chain(*days))))
    expected = whole(unhurt)
    with connection.warehouse(home) as con:
        assert known(con) == expected, f"seed {seed}"
    assert published(home).items() <= expected.items()
    left = [p for p in home.root.rglob("*") if ".part" in p.name or p.suffix == ".wal" or p.name == "work"]
    assert not left


# -- a full disk -------------------------------------------------------------------------------------------------------


@pytest.mark.extras  # test_faults fills a disk
def test_full_disk_at_any_step_changes_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    home, days = Home(tmp_path / "home"), list(days_of_prices(7))
    files = [table(tmp_path, f"{number}.csv", rows) for number, rows in enumerate(days)]
    with rounds(home, files) as work:
        assert work.run(0)[0] == work.run(1)[0] == 0
        before = home.published.read_bytes()
        size = {"import": 4096, "build": home.warehouse.stat().st_size, "publish": home.published.stat().st_size}
        tried = [
            ("import", 0.2),
            ("build", 0.001),
            ("build", 0.01),
            ("publish", 0.01),
            ("publish", 0.9),
        ]
        for number, (phase, share) in enumerate(tried, start=2):
            code, marks = work.run(number, "full", phase, int(size[phase] * share))
            said = capfd.readouterr().err
            # A small build fits into the log beside the database; then publishing it does not.
            assert code == 1 and marks[-1][0] in (phase, "publish"), (phase, share, code, said)
            assert "File too large" in said or "Could not write" in said, said
            check_landed(home)
            assert home.published.read_bytes() == before
        with only_importer(home) as room:
            assert sum(bool(land_file(home, file, "mine", room).landed) for file in files) == 1
        assert work.run(0)[0] == 0
    unhurt = Home(tmp_path / "unhurt")
    land(unhurt, table(tmp_path, "all.csv", list(chain(*days))))
    assert published(home).items() <= whole(unhurt).items() and home.published.read_bytes() != before
