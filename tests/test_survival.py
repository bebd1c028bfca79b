"""What broke on the way changes no number: kills, splits, full disks, damage, two at once, odd clocks, old versions."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.test_append import ASKED, known, whole
from tests.test_import import land, text
from tests.worlds import ROOT
from warehouse import connection
from warehouse.home import Home

FIRST = date(2023, 5, 1)


def day(number: int) -> str:
    return (FIRST + timedelta(days=number)).isoformat()


def price(on: int, instance: str = "p3.2xlarge", usd: str = "3.06", **facts: str) -> dict[str, str]:
    """A row of the long format: one V100 on a day, but for the facts given."""
    return {
        "date": day(on), "provider": "aws", "region": "us-east-1", "instance": instance, "gpu_name_raw": "V100",
        "gpu_count": "1", "pricing_model": "on_demand", "price_usd_per_hour": usd, "price_basis": "instance",
        "source_repo": "someone/prices", "source_commit": f"c{on:03}",
    } | facts  # fmt: skip


def table(folder: Path, name: str, rows: list[dict[str, str]]) -> Path:
    path = folder / name
    path.write_text(text(rows, price(0)))
    return path


def published(home: Home, asked: tuple[str, ...] = ("intervals", "changes", "history", "health")) -> dict[str, Any]:
    """What a reader is told."""
    with connection.published(home) as con:
        return {name: con.execute(ASKED[name]).fetchall() for name in asked}


# -- kill -9 ---------------------------------------------------------------------------------------------------------

PHASES = ("import", "build", "publish")
# Import, build and publish in forks of one process that has imported everything: a kill lands in the work.
ROUNDS = """
import itertools, os, signal, sys, time
from pathlib import Path
from warehouse import publish, release
from warehouse.home import Home
from warehouse.import_file import land_file, only_importer

home, files = Home(Path(sys.argv[1])), [Path(name) for name in sys.argv[2:]]
copy_out = publish.publish

def publish_told(*given):
    os.write(marks, b"publish\\n")
    copy_out(*given)

publish.publish = publish_told

def run(numbers):
    for number in numbers:
        os.write(marks, b"import\\n")
        with only_importer(home) as room:
            land_file(home, files[number], "mine", room)
        os.write(marks, b"build\\n")
        release.build_and_publish(home)
    os.write(marks, b"done\\n")

for line in sys.stdin:
    first, phase, delay = line.split()
    reading, marks = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            endless = (n % len(files) for n in itertools.count(int(first)))
            run([int(first)] if phase == "done" else endless)
            code = 0
        finally:
            sys.excepthook(*sys.exc_info()) if code else None
            os._exit(code)
    os.close(marks)
    seen = []
    with os.fdopen(reading) as told:
        for mark in told:
            seen.append((mark.strip(), time.monotonic()))
            if mark.strip() == phase and phase != "done":
                time.sleep(float(delay))
                os.kill(child, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(code, *(f"{mark}:{at}" for mark, at in seen), flush=True)
"""


@dataclass
class Rounds:
    """Runs land, build, publish over one file after the other, and kills it."""

    process: subprocess.Popen[str]

    def run(self, first: int, phase: str = "done", delay: float = 0) -> tuple[int, list[tuple[str, float]]]:
        """Exit code, and when each phase began; killed so many seconds into a phase, else one round."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(f"{first} {phase} {delay}\n")
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


def days_of_prices(folder: Path, n_days: int) -> list[Path]:
    """A file a day: prices that stay, move, jump, are zero, come and go."""
    chance, files = random.Random(3), []
    for on in range(n_days):
        rows = [price(on), price(on, "p3.8xlarge", f"{12 + on // 9}.24", gpu_count="4")]
        rows.append(price(on, "g4dn.xlarge", chance.choice(["0.526", "0.526", "0", "", "0.052"]), gpu_name_raw="T4"))
        rows += [price(on, "p2.xlarge", "0.90", gpu_name_raw="K80")] * (on % 5 > 1)
        rows.append(price(on, "p3.2xlarge", f"0.9{chance.randrange(10)}", pricing_model="spot"))
        files.append(table(folder, f"{day(on)}.csv", rows))
    return files


WHOLE = """
    select m.built_at, m.n_observations, m.newest_on, m.n_intervals, m.n_series, i.*,
        (select count(*) from v1.offers_latest), (select count(*) from v1.price_history),
        (select count(*) from v1.index_daily), (select count(*) from v1.quality_events), (select count(*) from v1.series),
        (select max(seen_on) from v1.source_health)
    from v1.meta as m
    cross join (
        select count(*), count(distinct series_id), max(last_seen_on) from v1.price_intervals
    ) as i(n_intervals, n_series, newest_on)
"""


def check_whole(home: Home) -> tuple[Any, ...]:
    """Fails unless what is published belongs together; (built at, observations known)."""
    with connection.published(home) as con:
        [(built_at, n_observations, newest_on, n_intervals, n_series, *counted)] = con.execute(WHOLE).fetchall()
    assert counted[:3] == [n_intervals, n_series, newest_on]
    assert counted[3] and counted[4] > n_intervals and counted[7] >= n_series
    return built_at, n_observations


def check_landed(home: Home) -> None:
    """Fails unless every landed file's offers lie there with their pages."""
    with connection.in_memory() as con:
        pages, offers = (f"read_parquet('{home.landing / kind / '*' / '*.parquet'}')" for kind in ("pages", "offers"))
        wrong = con.execute(
            f"select landing_id, sum(n_offers) as n from {pages} group by all except "
            f"select landing_id, count(*) from {offers} group by all"
        ).fetchall()
    assert not wrong


def test_more_than_fifty_kills_change_nothing(tmp_path: Path) -> None:
    """A third of them in import, build and publish each, at a random time over the length of that."""
    seed = random.randrange(10**6)
    chance, home, killed = random.Random(seed), Home(tmp_path / "home"), Counter[str]()
    files = days_of_prices(tmp_path, 56)
    with rounds(home, files) as work:
        assert work.run(0)[0] == 0
        code, marks = work.run(1)
        assert code == 0
        length = {mark: end - start for (mark, start), (_, end) in zip(marks, marks[1:], strict=False)}
        known_at = check_whole(home)
        for number in range(2, 54):
            phase = PHASES[number % 3]
            delay = length[phase] * chance.random()
            told = f"seed {seed}: kill {number}, {delay:.3f} s into {phase} of {length}"
            code, marks = work.run(number, phase, delay)
            assert code == -signal.SIGKILL, told
            killed[marks[-1][0]] += 1
            check_landed(home)
            now = check_whole(home)
            assert now >= known_at and now[1] >= known_at[1], told
            known_at = now
        assert killed.total() >= 50 and min(killed[phase] for phase in PHASES) >= 8, killed
        for number in (*range(2, 54), 54, 55):
            land(home, files[number])
        assert work.run(55)[0] == 0
    unhurt = Home(tmp_path / "unhurt")
    for file in files:
        land(unhurt, file)
    expected = whole(unhurt)
    with connection.warehouse(home) as con:
        assert known(con) == expected, f"seed {seed}"
    assert published(home).items() <= expected.items()
    left = [p for p in home.root.rglob("*") if ".part" in p.name or p.suffix == ".wal" or p.name == "work"]
    assert not left
