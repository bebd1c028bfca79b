"""A lake on a real Postgres server: what it shows is what a file shows, whoever builds it and whatever ends a builder."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.conftest import Run
from tests.support import published_hash, worlds
from tests.support.published_hash import OF_THE_BUILD, Hashes
from tests.support.worlds import ROOT, offer, seen
from warehouse.publish import lake_publication, release
from warehouse.storage import lake_copy, ledger
from warehouse.storage.connection import WarehouseBusy, writer_lock
from warehouse.storage.state_dir import Home, Lake

NEEDS = "needs the extra lake: uv pip install -r pyproject.toml --extra lake"
pytestmark = [pytest.mark.extras, pytest.mark.skipif(find_spec("duckdb_extensions") is None, reason=NEEDS)]

DAYS = ("2026-01-05", "2026-01-06", "2026-01-07", "2026-01-08")


@pytest.fixture
def lake(address: str, tmp_path: Path) -> Lake:
    """An empty lake: a database, and a folder."""
    return Lake(address, str(tmp_path / "lake"))


Machine = Callable[[str], Home]


@pytest.fixture
def machine(lake: Lake, tmp_path: Path) -> Machine:
    """machine("a") -> the state folder of a machine that shares the lake."""
    return lambda name: Home(tmp_path / name, lake)


@pytest.fixture
def prices_only() -> Iterator[None]:
    with worlds.prices_only():
        yield


def land_day(home: Home, number: int) -> None:
    """Land a day of two providers; each day has another price."""
    for provider, price in (("lambda", "2.00"), ("aws", "3.00")):
        look = seen(DAYS[number], [offer(str(float(price) + number / 10))], provider=provider)
        worlds.put(home, look)


Alone = Callable[[int], Hashes]


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Alone:
    """alone(2) -> what a file shows that one machine without a lake makes of the first two days."""

    @cache
    def made(days: int) -> Hashes:
        home = Home(tmp_path_factory.mktemp("alone"))
        for number in range(days):
            land_day(home, number)
        with worlds.prices_only():
            release.build_and_publish(home)
        return published_hash.of_file(home.published, published_hash.OF_THE_SCRAPE)

    return made


def shown(lake: Lake, but_for: Any = published_hash.OF_THE_SCRAPE) -> Hashes:
    """What a reader of the lake sees, who knows of nothing but DuckLake."""
    with duckdb.connect() as con:
        con.execute("load ducklake; load postgres")
        con.execute(f"attach 'ducklake:postgres:{lake.catalog}' as it (read_only)")
        return published_hash.of_database(con, "it", but_for)


def test_the_lake_shows_what_a_file_shows(market: Home, machine: Machine, lake: Lake, tmp_path: Path) -> None:
    """Half a year of seven providers: a file, the machine that joins with it, and one that has nothing of its own."""
    file, joining, new = Home(tmp_path / "file"), machine("joining"), machine("new")
    for home in (file, joining):
        shutil.copytree(market.landing, home.landing)
        release.build_and_publish(home)
    expected = published_hash.of_file(file.published, OF_THE_BUILD)
    assert len(expected) > 60 and sum(n_rows for n_rows, _ in expected.values()) > 5000
    assert shown(lake, OF_THE_BUILD) == expected
    assert shown(lake, ()) == published_hash.of_file(joining.published)
    release.build_and_publish(new)
    assert shown(lake, OF_THE_BUILD) == expected
    assert published_hash.of_file(new.published, OF_THE_BUILD) == expected
    with duckdb.connect() as con:  # the facts are tables too
        con.execute("load ducklake; load postgres")
        con.execute(f"attach 'ducklake:postgres:{lake.catalog}' as any_name (read_only)")
        files = f"read_parquet('{market.landing}/offers/*/*.parquet')"
        assert con.execute(f"from any_name.landing.offers except all from {files}").fetchall() == []
        counts = f"select (select count(*) from any_name.landing.offers), (select count(*) from {files})"
        (here, there), *_ = con.execute(counts).fetchall()
        assert here == there > 500


def test_machines_take_turns_and_build_on_each_other(
    machine: Machine, lake: Lake, alone: Alone, prices_only: None
) -> None:
    """Each day lands on another machine, and another one builds: appends and rebuilds show what one machine would."""
    for number in range(len(DAYS)):
        land_day(machine(f"m{number % 2}"), number)
        lake_copy.hand_over_all(machine(f"m{number % 2}"), lake)
        release.build_and_publish(machine(f"m{(number + 1) % 3}"))
        assert shown(lake) == alone(number + 1), number
    # Whoever was left behind knows all of it after a pull.
    newest = lake_copy.pull(machine("m0"), lake)
    assert newest and newest.number == len(DAYS)
    assert published_hash.of_file(machine("m0").published, published_hash.OF_THE_SCRAPE) == shown(lake)


BUILD = """
import os, signal, sys
from pathlib import Path
from tests.support import worlds
from warehouse.publish import lake_publication, release
from warehouse.storage import lake_catalog, lake_copy, lake_database, lake_ledger, lake_objects
from warehouse.storage.state_dir import Home, Lake

def dying(where, name, times=1, is_after=False):
    original, calls = getattr(where, name), []
    def die(*arguments, **named):
        calls.append(1)
        if len(calls) == times and not is_after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*arguments, **named)
        if len(calls) == times:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    setattr(where, name, die)

POINTS = {
    "stored, not named": lambda: dying(lake_catalog, "add"),
    "named": lambda: dying(lake_catalog, "add", is_after=True),
    "one file stored": lambda: dying(lake_objects.Folder, "put", 2),
    "brought": lambda: dying(lake_copy, "begin_build", is_after=True),
    "built": lambda: dying(release.publish, "publish_and_export"),
    "published here": lambda: dying(lake_publication, "publish"),
    "file stored": lambda: dying(lake_publication, "_next"),
    "half the tables": lambda: dying(lake_publication, "_digest", 7),
    "all tables": lambda: dying(lake_catalog, "is_builder"),
    "committed": lambda: dying(lake_database, "note_shown"),
    "tidying": lambda: dying(lake_publication, "_tidy"),
    "": lambda: None,
}
if __name__ == "__main__":
    root, files, point = sys.argv[1:4]
    POINTS[point]()
    with worlds.prices_only():
        release.build_and_publish(Home(Path(root), Lake(os.environ["CATALOG"], files)))
"""
POINTS = [line.split('"')[1] for line in BUILD.splitlines() if line.startswith('    "') and "dying" in line]


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_builder_leaves_the_former_and_the_next_goes_on(
    machine: Machine, lake: Lake, alone: Alone, prices_only: None, point: str
) -> None:
    first, second = machine("first"), machine("second")
    land_day(first, 0)
    release.build_and_publish(first)
    land_day(first, 1)
    before, after = alone(1), alone(2)
    assert shown(lake) == before != after
    killed = subprocess.run(
        [sys.executable, "-c", BUILD, first.root, lake.files, point], cwd=ROOT, timeout=120, check=False,
        env=os.environ | {"CATALOG": lake.catalog, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    is_over = point in ("committed", "tidying")
    assert shown(lake) == (after if is_over else before)
    release.build_and_publish(second)  # the lock is free, and what was handed over is built from
    is_named = point not in ("stored, not named", "one file stored")
    assert shown(lake) == (after if is_named else before)
    land_day(first, 2)
    release.build_and_publish(first)
    assert shown(lake) == alone(3)


def test_one_builder_at_a_time(machine: Machine, prices_only: None) -> None:
    first, second = machine("first"), machine("second")
    for number, home in ((0, first), (1, second)):
        land_day(home, number)
    with writer_lock(first):
        sentence = rf"being built by .*:{os.getpid()} since .* UTC; waited 0 s"
        with pytest.raises(WarehouseBusy, match=sentence), writer_lock(second, wait_seconds=0.2):
            pytest.fail("two builders")
        waiting = threading.Thread(target=release.build_and_publish, args=(second,))
        waiting.start()
        waiting.join(2)
        assert waiting.is_alive()  # it waits
    waiting.join(60)
    assert not waiting.is_alive() and second.published.exists()


def test_an_older_build_does_not_replace_a_newer_one(
    machine: Machine, lake: Lake, alone: Alone, prices_only: None
) -> None:
    """A machine built, slept, and publishes when another has published more."""
    slow, quick = machine("slow"), machine("quick")
    land_day(slow, 0)
    release.build_and_publish(slow)
    facts = (slow.lake_notes / "facts.json").read_text()
    land_day(quick, 1)
    release.build_and_publish(quick)
    (slow.lake_notes / "facts.json").write_text(facts)
    with writer_lock(slow), pytest.raises(lake_publication.NotTheNewest, match="facts that this one lacks"):
        lake_publication.publish(slow, lake)
    assert shown(lake) == alone(2)
    with pytest.raises(lake_publication.NotTheNewest, match="lost the builder's lock"):  # nobody holds it
        lake_publication.publish(quick, lake)


def test_decisions_are_everybodys(machine: Machine, lake: Lake, tmp_path: Path) -> None:
    """Verdicts of one machine are known to the others, none is lost, and a failed write changes nothing."""
    first, second, third = machine("first"), machine("second"), machine("third")
    ledger.decide(first, "e1", "released", "anna")
    ledger.decide(second, "e2", "rejected", "ben")
    threads = [
        threading.Thread(target=ledger.decide, args=(home, f"e{number}", "released", "carla"))
        for number, home in enumerate((first, second, third, machine("fourth")), start=3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with pytest.raises(ZeroDivisionError), ledger.opened(first) as con:
        columns = "event_id, verdict, decided_by, decided_at, note"
        con.execute(f"insert into verdicts ({columns}) values ('x', 'released', '', '', '')")
        _ = 1 / 0
    for home in (first, second, third):
        lake_copy.pull(home, lake)
        assert sorted(d.event_id for d in ledger.decisions(home)) == [f"e{n}" for n in range(1, 7)]


def test_a_ledger_of_ones_own_is_set_aside(machine: Machine, lake: Lake, tmp_path: Path) -> None:
    joining = Home(tmp_path / "joining")
    ledger.decide(joining, "mine", "released", "anna")
    ledger.decide(machine("first"), "theirs", "released", "ben")
    lake_copy.pull(Home(joining.root, lake), lake)
    assert [d.event_id for d in ledger.decisions(joining)] == ["theirs"]
    (joining.root / "ledger.sqlite").unlink()
    (joining.root / "ledger.before_lake.sqlite").rename(joining.ledger)
    assert [d.event_id for d in ledger.decisions(joining)] == ["mine"]


def test_what_the_lake_holds_is_checked(machine: Machine, lake: Lake, prices_only: None) -> None:
    land_day(machine("first"), 0)
    release.build_and_publish(machine("first"))
    (victim, *_) = sorted(Path(lake.files).glob("landing/offers/aws/*.parquet"))
    content = victim.read_bytes()
    victim.write_bytes(content[:-1] + b"x")
    with pytest.raises(Exception, match="is damaged: its SHA-256 is"):
        release.build_and_publish(machine("second"))
    victim.unlink()
    with pytest.raises(Exception, match=r"is missing from .* although the catalog names it"):
        release.build_and_publish(machine("second"))
    assert not list(machine("second").landing.glob("offers/aws/*"))
    victim.write_bytes(content)
    release.build_and_publish(machine("second"))
    import psycopg

    with psycopg.connect(lake.catalog, autocommit=True) as con:
        con.execute(
            "update gpuhour_lake.files set name = 'landing/../../evil.parquet' "
            "where name = (select min(name) from gpuhour_lake.files)"
        )
    with pytest.raises(Exception, match="which lies outside"):
        release.build_and_publish(machine("third"))


def test_a_worker_knows_what_others_landed(machine: Machine, lake: Lake) -> None:
    """A provider's earlier landings come before its scrape, and what it landed goes as it ends; others' stay away."""
    first, second = machine("first"), machine("second")
    land_day(first, 0)
    lake_copy.end_scrape(first, lake, "aws")
    lake_copy.begin_scrape(second, lake, "aws", date(2026, 1, 5))
    assert [p.parent.name for p in sorted(second.landing.glob("*/*/*.parquet"))] == ["aws", "aws"]
    lake_copy.begin_scrape(second, lake, "lambda")
    assert not list(second.landing.glob("*/lambda"))  # that was not handed over yet
    stamps = {p.name: (p.stat().st_size, p.stat().st_mtime_ns) for p in first.landing.glob("*/aws/*")}
    assert stamps == {p.name: (p.stat().st_size, p.stat().st_mtime_ns) for p in second.landing.glob("*/aws/*")}
    # The same scrape again, landed at another time: the first stays, everywhere.
    shutil.rmtree(second.landing)
    land_day(second, 0)
    lake_copy.end_scrape(second, lake, "aws")
    lake_copy.begin_scrape(second, lake, "aws")
    assert stamps == {p.name: (p.stat().st_size, p.stat().st_mtime_ns) for p in second.landing.glob("*/aws/*")}


def test_the_command(
    machine: Machine, lake: Lake, run: Run, monkeypatch: pytest.MonkeyPatch, prices_only: None
) -> None:
    home = machine("first")
    said = run("lake", "status", home=home)
    assert said.code == 2 and "no lake is set: GPUHOUR_LAKE=ducklake:postgres://" in said.err
    monkeypatch.setenv("GPUHOUR_LAKE", f"ducklake:{lake.catalog}")
    assert "set GPUHOUR_LAKE_FILES to a folder" in run("lake", "status", home=home).err
    monkeypatch.setenv("GPUHOUR_LAKE_FILES", lake.files)
    assert "publishes nothing yet" in run("lake", "pull", home=home).err
    land_day(home, 0)
    assert run("lake", "push", "--json", home=home).records() == [{"handed_over": 4}]
    assert run("lake", "push", "--json", home=home).records() == [{"handed_over": 0}]
    release.build_and_publish(home)
    (status,) = run("lake", "status", "--json", home=home).records()
    assert status["landing_files"] == 4 and status["publication"] == 1 and status["landed_since"] == 0
    assert "%" not in status["place"] and datetime.fromisoformat(status["built_at"]).tzinfo == UTC
    (pulled,) = run("lake", "pull", "--json", home=machine("second")).records()
    assert (pulled["publication"], pulled["build_id"]) == (1, status["build_id"])
    (step, *_) = run("tidy", "--json", home=home).records()
    assert step["detail"] == "a lake keeps its files as they landed"
    monkeypatch.setenv("GPUHOUR_LAKE_FILES", "/somewhere/else")
    said = run("lake", "status", home=home)
    assert said.code == 1 and f"keeps its files in {lake.files}" in said.err
    monkeypatch.setenv("GPUHOUR_LAKE", "ducklake:postgres://gpuhour:wrong@127.0.0.1:1/x")
    said = run("lake", "status", home=home)
    assert (
        said.code == 1
        and "Is the server up? What the lake holds stays as it was" in said.err
        and "wrong" not in said.err
    )
