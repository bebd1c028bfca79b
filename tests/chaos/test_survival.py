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
from decimal import Decimal
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from tests.conftest import Run
from tests.integration.test_append import ASKED, known, whole
from tests.support.worlds import ROOT, at, built, offer, put, seen
from tests.unit.warehouse.imports.test_import_file import land, text
from warehouse.engine import build, build_plan
from warehouse.imports.import_file import land_file, only_importer
from warehouse.publish import publish, release
from warehouse.storage import connection, ledger
from warehouse.storage.state_dir import Home

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
        """Exit code, and when each phase began.

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


def days_of_prices(n_days: int) -> Iterator[list[dict[str, str]]]:
    """The rows of each day: prices that stay, move, jump, are zero, come and go."""
    chance = random.Random(3)
    for on in range(n_days):
        rows = [price(on), price(on, "p3.8xlarge", f"{12 + on // 9}.24", gpu_count="4")]
        rows.append(price(on, "g4dn.xlarge", chance.choice(["0.526", "0.526", "0", "", "0.052"]), gpu_name_raw="T4"))
        rows += [price(on, "p2.xlarge", "0.90", gpu_name_raw="K80")] * (on % 5 > 1)
        rows.append(price(on, "p3.2xlarge", f"0.9{chance.randrange(10)}", pricing_model="spot"))
        yield rows


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
    assert counted[3] and counted[4] >= n_intervals and counted[7] >= n_series
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
    """In import, build and publish by turns, at a random time over the length of that."""
    seed = random.randrange(10**6)
    chance, home, killed = random.Random(seed), Home(tmp_path / "home"), Counter[str]()
    days = list(days_of_prices(54))
    files = [table(tmp_path, f"{number}.csv", rows) for number, rows in enumerate(days)]
    with rounds(home, files) as work:
        assert work.run(0)[0] == 0
        code, marks = work.run(1)
        assert code == 0
        length = {mark: end - start for (mark, start), (_, end) in pairwise(marks)}
        known_at = check_whole(home)
        for number in range(2, 54):
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
        assert killed.total() >= 50 and min(killed[phase] for phase in PHASES) >= 8, killed
        with only_importer(home) as room:
            landed_now = [land_file(home, file, "mine", room).landed for file in files]
        assert any(landed_now), "no kill came in time"
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


def test_a_disk_full_at_any_step_changes_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
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


# -- files that come in pieces -------------------------------------------------------------------------------------------

SAME = ("intervals", "changes", "history", "runs", "findings", "verdicts")  # however often a row was landed


def history(chance: random.Random) -> list[dict[str, str]]:
    """Rows of three weeks, the middle one left out: prices that stay, move, jump, are zero, missing, contradicted."""
    rows = []
    for on in (*range(22, 29), *range(36, 43)):
        for instance, usd, facts in (
            ("p3.2xlarge", "3.06", {}), ("p3.8xlarge", "12.24", {"gpu_count": "4"}),
            ("p3.2xlarge", "0.95", {"pricing_model": "spot"}), ("v100", "2.48", {"provider": "gcp"}),
            ("p3.2xlarge", "3.06", {"source_repo": "other/prices"}),
        ):  # fmt: skip
            said = chance.choice([usd, usd, usd, usd, "1.20", "0", "", "30.60", None])
            for stated in [said, *["3.10"] * (chance.random() < 0.06)]:
                if stated is not None:
                    commit = f"{chance.choice('ab')}{on}"
                    rows.append(price(on, instance, stated, **facts | {"source_commit": commit}))
    return rows


def in_turn(home: Home, *files: Path) -> tuple[dict[str, Any], list[bool]]:
    """What is known after one import after the other, each built at once; which were built anew."""
    anew = []
    with connection.in_memory() as con:
        for file in files:
            land(home, file)
            anew.append(build_plan.plan(con, home).is_whole)
            build.build(con, home)
        return known(con), anew


# One number draws all: a smaller one is no simpler world, so nothing is shrunk.
@settings(max_examples=1, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(seed=st.integers(0, 10**6))
@example(seed=5)  # a late verdict takes back what the newest interval began with
def test_two_files_are_one(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    chance, folder = random.Random(seed), tmp_path_factory.mktemp("split")
    rows, cut = history(chance), chance.choice((24, 30, 38))
    land(Home(folder / "one"), table(folder, "one.csv", rows))
    expected = whole(Home(folder / "one"))

    early, late = ([r for r in rows if (r["date"] < day(cut)) == is_early] for is_early in (True, False))
    by_date, anew = in_turn(Home(folder / "dates"), table(folder, "early.csv", early), table(folder, "late.csv", late))
    assert anew == [True, False], "the second file is added"
    assert by_date == expected

    some = [chance.random() < 0.5 for _ in rows]
    parts = [[r for r, is_here in zip(rows, some, strict=True) if is_here == which] for which in (True, False)]
    for part in parts:
        chance.shuffle(part)
    files = [table(folder, f"{n}.csv", part) for n, part in enumerate(parts)]
    assert in_turn(Home(folder / "random"), *files)[0] == expected

    again = [*files, files[0], table(folder, "again.csv", parts[1][: len(parts[1]) // 2])]
    chance.shuffle(again)
    for file in again:
        land(Home(folder / "again"), file)
    repeated = whole(Home(folder / "again"))
    assert {name: repeated[name] for name in SAME} == {name: expected[name] for name in SAME}


# -- damaged facts, two at once ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["known", "new"])
def test_a_damaged_file_stops_the_build_and_loses_nothing(tmp_path: Path, which: str) -> None:
    home, days = Home(tmp_path / "home"), list(days_of_prices(3))
    land(home, table(tmp_path, "a.csv", days[0] + days[1]))
    release.build_and_publish(home)
    before = home.published.read_bytes()
    if which == "new":
        land(home, table(tmp_path, "b.csv", days[2]))
    damaged = max(home.landing.glob("offers/*/*.parquet"))
    content = damaged.read_bytes()
    middle = len(content) // 3
    damaged.write_bytes(
        content[:middle] + bytes(b ^ 0xFF for b in content[middle : middle + 200]) + content[middle + 200 :]
    )
    with pytest.raises(build.DamagedLanding, match=damaged.name):
        release.build_and_publish(home)
    assert home.published.read_bytes() == before
    damaged.write_bytes(content)
    release.build_and_publish(home)
    assert published(home).items() <= whole(home).items()


def dump(home: Home) -> dict[str, Any]:
    """All that a published file holds and says of itself."""
    with connection.published(home) as con:
        names = con.execute(
            "select schema_name, table_name, comment from duckdb_tables() union all "
            "select schema_name, view_name, comment from duckdb_views() where not internal order by all"
        ).fetchall()
        told = con.execute(
            "select schema_name, table_name, column_name, data_type, comment from duckdb_columns() "
            "where schema_name in ('v1', 'marts') order by all"
        ).fetchall()
        rows = {f"{s}.{t}": con.execute(f"from {s}.{t} order by all").fetchall() for s, t, _ in names if s != "main"}
    head = home.published.read_bytes()[8:20]  # the storage version
    return {"names": names, "told": told, "head": head, **rows}


def test_a_published_file_that_grew_is_as_one_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, days = Home(tmp_path / "home"), list(days_of_prices(6))
    grown: list[bool] = []
    grow = publish._grow

    def told(*given: Any) -> bool:
        grown.append(grow(*given))
        return grown[-1]

    monkeypatch.setattr(publish, "_grow", told)
    for number, day in enumerate(days[:4]):
        land(home, table(tmp_path, f"{number}.csv", day))
        release.build_and_publish(home)
    assert grown == [False, True, True, True]
    # A build whose publication never came: the next starts anew.
    land(home, table(tmp_path, "missed.csv", days[4]))
    with connection.writer_lock(home), connection.warehouse(home) as con:
        build.build(con, home)
    land(home, table(tmp_path, "last.csv", days[5]))
    release.build_and_publish(home)
    assert grown[4:] == [False]
    release.build_and_publish(home)  # nothing new: still the same
    assert grown[5:] == [True]
    as_grown = dump(home)
    home.published.unlink()
    with connection.writer_lock(home), connection.warehouse(home) as con:
        publish.publish(con, home)
    assert dump(home) == as_grown
    home.published.write_bytes(b"junk" * 10_000)
    release.build_and_publish(home)
    assert grown[-1] is False and dump(home).keys() == as_grown.keys()


@pytest.mark.parametrize("where", ["cut", "emptied", "head", "middle"])
def test_a_damaged_warehouse_is_made_again_from_facts(
    tmp_path: Path, where: str, caplog: pytest.LogCaptureFixture
) -> None:
    home, days = Home(tmp_path / "home"), list(days_of_prices(3))
    land(home, table(tmp_path, "a.csv", days[0] + days[1]))
    release.build_and_publish(home)
    content = home.warehouse.read_bytes()
    start, end = {
        "cut": (len(content) // 2, len(content)),
        "emptied": (0, len(content)),
        "head": (0, 9000),
        "middle": (20_000, len(content)),
    }[where]
    junk = b"" if where in ("cut", "emptied") else bytes(b ^ 0xFF for b in content[start:end])
    home.warehouse.write_bytes(content[:start] + junk + content[end:])
    land(home, table(tmp_path, "b.csv", days[2]))
    try:
        release.build_and_publish(home)
    except connection.WarehouseDamaged as told:
        assert "is now warehouse.damaged" in str(told) and "Run it again" in str(told)
        release.build_and_publish(home)
    else:
        assert "is now warehouse.damaged" in caplog.text
    assert home.warehouse.with_suffix(".damaged").exists()
    assert published(home).items() <= whole(home).items()


BUILD = """
import sys
from pathlib import Path
from warehouse.publish import release
from warehouse.storage.state_dir import Home
from warehouse.imports.import_file import land_file, only_importer
home = Home(Path(sys.argv[1]))
with only_importer(home) as room:
    land_file(home, Path(sys.argv[2]), "mine", room)
release.build_and_publish(home)
"""


def test_two_that_import_and_build_at_once_both_end_well(tmp_path: Path) -> None:
    home, days = Home(tmp_path / "home"), list(days_of_prices(6))
    files = [table(tmp_path, f"{nth}.csv", list(chain(*days[nth::2]))) for nth in (0, 1)]
    both = [
        subprocess.Popen([sys.executable, "-c", BUILD, str(home.root), str(file)], cwd=ROOT, stderr=subprocess.PIPE)
        for file in files
    ]
    said = [process.communicate(timeout=120)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    one = Home(tmp_path / "one")
    land(one, table(tmp_path, "all.csv", list(chain(*days))))
    assert published(home).items() <= whole(one).items()


# -- clocks, repeats, days without a look --------------------------------------------------------------------------------


def test_a_clock_that_goes_back_tells_of_the_day_it_shows(tmp_path: Path) -> None:
    looks = [
        seen("2026-03-10", [offer("2.00")]),
        seen("2026-03-12", [offer("2.10")]),
        seen("2026-03-11", [offer("1.90")]),
    ]
    with connection.in_memory() as con:
        for look in looks:
            put(Home(tmp_path / "back"), look)
            build.build(con, Home(tmp_path / "back"))
        found = con.execute(
            "select valid_from::varchar, usd_per_gpu_hour from v1.price_intervals where source <> 'seed' order by 1"
        ).fetchall()
        gone_back = known(con)
    assert found == [("2026-03-10", 2), ("2026-03-11", Decimal("1.9")), ("2026-03-12", Decimal("2.1"))]
    put(Home(tmp_path / "forth"), *sorted(looks, key=lambda look: look.captured_at))
    assert gone_back == whole(Home(tmp_path / "forth"))


def test_the_same_page_again_is_no_news_but_a_look(tmp_path: Path) -> None:
    asked = "select count(*), any_value(n_seen), any_value(last_on)::varchar from intermediate.versions where first_on > '2026-01-01'"
    home = Home(tmp_path)
    with connection.in_memory() as con:
        for number, (on, clock) in enumerate(
            (("2026-03-02", "06:00:00"), ("2026-03-02", "18:00:00"), ("2026-03-03", "06:00:00")), start=1
        ):
            put(home, seen(on, [offer("2.00")], captured_at=at(on, clock), sha256="ab" * 32))
            build.build(con, home)
            assert con.execute(asked).fetchall() == [(1, number, on)]
        [(valid_from, last_seen_on)] = con.execute(
            "select valid_from::varchar, last_seen_on::varchar from v1.price_intervals where source <> 'seed'"
        ).fetchall()
        events = con.execute("select kind from v1.price_changes where source <> 'seed'").fetchall()
    assert (valid_from, last_seen_on, events) == ("2026-03-02", "2026-03-03", [("new",)])


@pytest.mark.parametrize("how", ["failed", "absent"])
def test_a_week_without_a_look_carries_the_price_and_says_so(tmp_path: Path, how: str) -> None:
    home = Home(tmp_path)
    for number in range(20):
        on = (date(2026, 3, 1) + timedelta(days=number)).isoformat()
        if not 10 <= number < 17:
            put(home, seen(on, [offer("2.00")]))
        elif how == "failed":
            put(home, seen(on, status="failed", detail="timeout"))
    with built(home) as con:
        of_it = "source <> 'seed'"
        spans = con.execute(
            f"select valid_from::varchar, valid_to, last_seen_on::varchar from v1.price_intervals where {of_it}"
        ).fetchall()
        within, after = (
            con.execute(
                f"select usd_per_gpu_hour, is_carried_forward, last_seen_on::varchar from v1.prices_as_of('{on}') where {of_it}"
            ).fetchall()
            for on in ("2026-03-14", "2026-03-18")
        )
        days = con.execute(
            f"select observed_on::varchar, is_observed from v1.price_history where {of_it} and is_carried_forward order by 1"
        ).fetchall()
        gaps = con.execute(
            "select provider, instance, date::varchar, date_to::varchar, verdict, class from v1.quality_events where rule = 'gap'"
        ).fetchall()
    assert spans == [("2026-03-01", None, "2026-03-20")]
    assert within == [(2, True, "2026-03-10")] and after == [(2, False, "2026-03-18")]
    assert days == ([(f"2026-03-{n}", False) for n in range(11, 18)] if how == "failed" else [])
    assert gaps == [("lambda", "all", "2026-03-10", "2026-03-18", "flag", "gap")]


# -- older versions ------------------------------------------------------------------------------------------------------

OLDER = """
    create schema core; create schema v1; create schema staging; create schema landing; create schema marts;
    create table core.observations as select 'x' as series_id, date '2026-03-01' as observed_on, 2.0 as usd_per_gpu_hour;
    create table v1.price_history as select * from core.observations;
    create table intermediate.intervals as select 1 as nonsense;
    create table staging.raw_offers as select 'one' as instance;
    create view landing.offers as select 1 as gone_file;
    create macro v1.prices_as_of(day) as table select * from v1.price_history;
"""


@pytest.mark.parametrize(
    "layout", [OLDER, OLDER + "create schema state; create table state.files as select 'x' as name"]
)
def test_a_warehouse_of_an_older_layout_is_made_anew_from_facts(tmp_path: Path, layout: str) -> None:
    home = Home(tmp_path)
    put(home, *(seen(f"2026-03-0{n}", [offer(f"{2 + n // 3}.00")]) for n in range(1, 6)))
    with connection.warehouse(home) as con:
        con.execute(layout)
    release.build_and_publish(home)
    found = published(home)
    assert found.items() <= whole(home).items() and len(found["history"]) == 5


# -- what a person decides -----------------------------------------------------------------------------------------------

HELD = "1.00"  # less than half of what it was, seen once


@pytest.fixture
def held(tmp_path: Path) -> Home:
    """A home where a price of 2.50 fell to HELD on the 5th, at the newest look."""
    home = Home(tmp_path / "home")
    put(home, *(seen(f"2026-03-0{n}", [offer("2.50" if n < 5 else HELD)]) for n in range(1, 6)))
    release.build_and_publish(home)
    return home


def spans(home: Home) -> list[tuple[Any, ...]]:
    with connection.published(home) as con:
        return con.execute(
            "select valid_from::varchar, valid_to::varchar, usd_per_gpu_hour::varchar, quality from v1.price_intervals "
            "where source <> 'seed' order by 1"
        ).fetchall()


def event(home: Home) -> tuple[str, str, str]:
    """(id, verdict, status) of the one event there is."""
    with connection.published(home) as con:
        [found] = con.execute(
            "select event_id, verdict, status from v1.quality_events where source <> 'seed'"
        ).fetchall()
        return found[0], found[1], found[2]


STAYS = [("2026-03-01", None, "2.500000", "ok")]
FALLS = [("2026-03-01", "2026-03-05", "2.500000", "ok"), ("2026-03-05", None, "1.000000", "released")]


def test_a_held_price_is_released_rejected_and_the_last_word_counts(held: Home, run: Run) -> None:
    name, *state = event(held)
    assert state == ["quarantine", "held"] and spans(held) == STAYS
    [listed] = run("quarantine", "list", "--provider", "lambda", "--json", home=held).records()
    assert (listed["event_id"], listed["date"], listed["price"]) == (name, "2026-03-05", 1)
    assert (listed["status"], listed["class"], listed["last_good"]) == ("held", "jump", 2.5)
    ledger.decide(held, name, "released", "ann")
    release.build_and_publish(held)
    assert event(held) == (name, "quarantine", "released") and spans(held) == FALLS
    ledger.decide(held, name, "rejected", "ben")
    # Time goes on: two looks say the same, which would have confirmed it.
    put(held, seen("2026-03-06", [offer(HELD)]), seen("2026-03-07", [offer(HELD)]))
    release.build_and_publish(held)
    assert event(held) == (name, "quarantine", "rejected") and spans(held) == STAYS
    assert run("quarantine", "release", name[:12], "--note", "their page says so", home=held).code == 0
    assert event(held) == (name, "quarantine", "released") and spans(held) == FALLS
    [shown] = run("quarantine", "show", name, "--json", home=held).records()
    assert [d["verdict"] for d in shown["decisions"]] == ["released", "rejected", "released"]
    assert shown["status"] == "released" and shown["date_to"] == "2026-03-07"


def test_a_flagged_price_that_is_rejected_is_taken_out(tmp_path: Path) -> None:
    home = Home(tmp_path)
    put(home, *(seen(f"2026-03-0{n}", [offer("2.50" if n < 5 else "1.90")]) for n in range(1, 7)))
    release.build_and_publish(home)
    name, *state = event(home)
    assert state == ["flag", "released"]
    assert spans(home) == [("2026-03-01", "2026-03-05", "2.500000", "ok"), ("2026-03-05", None, "1.900000", "flagged")]
    ledger.decide(home, name, "rejected", "ann")
    release.build_and_publish(home)
    assert event(home)[2] == "rejected" and spans(home) == STAYS


def test_what_was_decided_in_an_older_ledger_holds(held: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    name, *_ = event(held)
    ledger.decide(held, name, "released", "ann")
    newer = (*ledger.MIGRATIONS, "alter table verdicts add column place varchar default 'here'")
    monkeypatch.setattr(ledger, "MIGRATIONS", newer)
    monkeypatch.setattr(build_plan, "fingerprint", lambda: "of tomorrow's version")
    release.build_and_publish(held)
    assert event(held) == (name, "quarantine", "released") and spans(held) == FALLS
    with ledger.opened(held) as con:
        assert con.execute("select event_id, verdict, place from verdicts").fetchall() == [(name, "released", "here")]
        assert con.execute("from schema_version").fetchall() == [(len(newer),)]
