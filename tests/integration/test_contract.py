"""The contract v1: pinned, documented columns in a file that any DuckDB version can read while it is replaced."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Demo
from tests.support import contract, worlds
from tests.support.effort import first_of
from tests.support.worlds import ROOT, offer, put, seen
from warehouse.engine import model_graph
from warehouse.engine.column_docs import COLUMNS, meaning
from warehouse.publish import release
from warehouse.storage import connection
from warehouse.storage.state_dir import Home

# -- what is promised ----------------------------------------------------------------------------------------------


def test_v1_matches_the_contract() -> None:
    now, pinned = contract.current(), contract.FILE.read_text()
    assert now == pinned, (
        "v1 differs from tests/v1_contract.txt. Its readers rely on it: set schema_version in models/v1/meta.sql (minor "
        "for what is added, major for what is renamed, retyped but for wider decimals, removed or means something else), then run make contract"
    )


OLD = "schema_version 1.4.2\nv1.t a INTEGER\nv1.t b DATE\nv1.t m DECIMAL(18,10)\n"


@pytest.mark.parametrize("new, wrong", [
    (OLD, ""),
    (OLD.replace("1.4.2", "1.4.3"), ""),
    (OLD + "v1.t c DATE\n", "minor"),
    (OLD.replace("1.4.2", "1.4.3") + "v1.t c DATE\n", "minor"),
    (OLD.replace("1.4.2", "1.5.0") + "v1.t c DATE\n", ""),
    (OLD.replace("b DATE", "b TIMESTAMP"), "major"),
    (OLD.replace("(18,10)", "(20,10)"), "minor"),
    (OLD.replace("1.4.2", "1.5.0").replace("(18,10)", "(20,10)"), ""),
    (OLD.replace("1.4.2", "1.5.0").replace("(18,10)", "(20,6)"), "major"),
    (OLD.replace("1.4.2", "1.5.0").replace("(18,10)", "(17,10)"), "major"),
    (OLD.replace("1.4.2", "1.5.0").replace("v1.t b DATE\n", ""), "major"),
    (OLD.replace("1.4.2", "2.0.0").replace("v1.t b DATE\n", ""), ""),
])  # fmt: skip
def test_contract_change_needs_a_version(new: str, wrong: str) -> None:
    found = contract.problem(OLD, new)
    assert wrong in found and bool(wrong) == bool(found)


def test_prices_can_be_multiplied(tmp_path: Path) -> None:
    """DuckDB keeps a product of two decimals of up to 18 digits at 18, and fails where it does not fit."""
    home = Home(tmp_path)
    for day, price in (("2026-11-01", "32.00"), ("2026-11-02", "32.80")):
        put(home, seen(day, [offer(price, gpu_count=Decimal(16), price_unit="instance_hour")], origin="recorded"))
    tables = ("offers_latest", "price_history", "price_intervals", "price_changes")
    with worlds.built(home, *(f"v1.{name}" for name in tables)) as con:
        for name in tables:
            price = "new_usd_per_gpu_hour" if name == "price_changes" else "usd_per_gpu_hour"
            query = f"select max({price} * gpu_count * 8760 * 1000), max(gpu_count * gpu_memory_gb) from v1.{name} where source = 'pricing_page'"
            usd, memory = con.execute(query).fetchall()[0]
            assert (usd, memory) == (Decimal("32.8") * 8_760_000, 16 * 80), name
        assert con.execute("select sum(usd_per_gpu_hour * gpu_count) from v1.price_history").fetchall()[0][0] > 0


def test_every_column_has_its_meaning(demo: Demo) -> None:
    with connection.published(demo.home) as con:
        found = con.execute(
            "select table_name, column_name, comment from duckdb_columns() where schema_name = 'v1'"
        ).fetchall()
    models = model_graph.load()
    assert len(found) > 200
    assert not [(table, column) for table, column, said in found if said != meaning(models[f"v1.{table}"], column)]


def test_documented_columns_exist() -> None:
    pinned = [line.split()[:2] for line in contract.FILE.read_text().splitlines()[1:]]
    columns = {(relation.removeprefix("v1."), column) for relation, column in pinned}
    anywhere = {column for _, column in columns}
    with COLUMNS.open(newline="") as stream:
        rows = [(row["relation"], row["column"]) for row in csv.DictReader(stream)]
    assert len(rows) == len(set(rows))
    assert not [row for row in rows if row not in columns and (row[0] or row[1] not in anywhere)]
    with pytest.raises(ValueError, match="with its unit"):
        meaning(model_graph.load()["v1.series"], "nosuch")


def test_event_ids_do_not_depend_on_the_reader_s_time_zone(demo: Demo) -> None:
    query = "select event_id from v1.price_changes order by event_id"
    in_force = "select series_id, last_seen_on from v1.prices_as_of('2023-04-08') order by all"
    answers = []
    for zone in ("UTC", "America/Los_Angeles", "Asia/Tokyo"):
        con = connection.open_read_only(demo.home.published)
        con.execute(f"set TimeZone = '{zone}'")
        answers.append((con.execute(query).fetchall(), con.execute(in_force).fetchall()))
        con.close()
    assert answers[0][0] and answers[0][1] and answers[0] == answers[1] == answers[2]


# -- who reads while it is replaced ----------------------------------------------------------------------------------

# A pause between two questions, as readers make one: hundreds of connects a second have made DuckDB 1.5 crash in its own
# threads while it closes.
READER = """
import json, sys, time
from contextlib import nullcontext
from pathlib import Path
from warehouse.storage import connection
from warehouse.storage.state_dir import Home
home, stop, how = Home(Path(sys.argv[1])), Path(sys.argv[2]), sys.argv[3]
ask = (
    "select (select built_at::varchar from v1.meta), (select n_intervals from v1.meta), "
    "(select count(*) from v1.price_intervals), (select count(*) from v1.offers_latest)"
)
with connection.published(home) if how == "kept open" else nullcontext() as kept:
    print("ready", flush=True)
    while not stop.exists():
        with nullcontext(kept) if kept else connection.published(home) as con:
            print(json.dumps(con.execute(ask).fetchall()[0]), flush=True)
        time.sleep(0.02)
"""


@contextmanager
def reading(home: Home, stop: Path, how: str) -> Iterator[list[list[Any]]]:
    """Query in a process until `stop` exists; the answers are in the list afterwards."""
    answers: list[list[Any]] = []
    code = [sys.executable, "-c", READER, str(home.root), str(stop), how]
    with subprocess.Popen(code, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None and reader.stdout.readline() == "ready\n"
        try:
            yield answers
        finally:
            stop.touch()
            said, complaint = reader.communicate(timeout=60)
    assert reader.returncode == 0, complaint
    answers += [json.loads(line) for line in said.splitlines()]


@pytest.mark.usefixtures("without_costs")
@pytest.mark.parametrize("how", first_of(["kept open", "opened anew"]))
def test_readers_see_whole_builds_and_block_none(tmp_path: Path, how: str) -> None:
    home = Home(tmp_path / "home")
    days = [f"2026-03-{day:02}" for day in range(2, 7)]

    def publish(nth: int) -> tuple[int, int]:
        put(home, seen(days[nth], [offer(instance=f"i{n}") for n in range(nth + 1)]))
        release.build_and_publish(home)
        with connection.published(home) as con:
            counts = con.execute("select n_intervals, (select count(*) from v1.offers_latest) from v1.meta").fetchall()
        return counts[0]

    published = [publish(0)]
    with reading(home, tmp_path / "stop", how) as answers:
        published += [publish(nth) for nth in range(1, len(days))]
    assert all(a < b for a, b in pairwise(n for n, _ in published))
    assert all(told == counted for _, told, counted, _ in answers)
    assert {(counted, latest) for _, _, counted, latest in answers} <= set(published)
    built_at = [at for at, *_ in answers]
    assert built_at == sorted(built_at)
    assert len(set(built_at)) == 1 if how == "kept open" else len(set(built_at)) >= 3


# -- other DuckDBs -----------------------------------------------------------------------------------------------------

FOREIGN = """
import os, sys
import duckdb
con = duckdb.connect(sys.argv[1], read_only=True)
con.execute("set TimeZone = 'UTC'; set enable_progress_bar = false")  # slow questions draw it on stdout
names = con.execute("select table_name from information_schema.tables where table_schema = 'v1' order by 1").fetchall()
rows = {n: con.execute(f"select count(*), bit_xor(hash(t::varchar)) from v1.{n} as t").fetchall()[0] for (n,) in names}
rows["as_of"] = con.execute("select count(*), sum(usd_per_gpu_hour) from v1.prices_as_of('2023-04-08')").fetchall()[0]
print({name: counted[0] for name, counted in rows.items()}, rows["as_of"][1], flush=True)
print(duckdb.__version__, flush=True)
os._exit(0)
"""


def installer() -> list[str] | None:
    """Return a command that installs packages into a folder, or None."""
    base = getattr(sys, "_base_executable", sys.executable)
    for uv in (shutil.which("uv"), ROOT / ".uv" / "bin" / "uv"):
        if uv and Path(uv).exists():
            return [str(uv), "pip", "install", "-q", "--python", sys.executable]
    has_pip = subprocess.run([base, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0
    return [base, "-m", "pip", "install", "-q", "--retries", "0", "--timeout", "10"] if has_pip else None


def asked(database: Path, folder: Path | None) -> list[str]:
    environment: dict[str, Any] = {"PYTHONPATH": str(folder)} if folder else {}
    done = worlds.python(FOREIGN, database, **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.slow
@pytest.mark.parametrize("version", first_of(["2.0.1", "1.4.5"]))
def test_other_duckdb_versions_read_the_same(demo: Demo, tmp_path: Path, version: str) -> None:
    install = installer()
    if not install:
        pytest.skip("needs uv or pip to install another DuckDB")
    command = [*install, "--no-deps", "--target", str(tmp_path / "other"), f"duckdb=={version}"]
    done = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ), check=False)
    if done.returncode:
        pytest.skip(f"DuckDB {version} cannot be installed here: {done.stderr.strip().splitlines()[-1:]}")
    ours, theirs = asked(demo.home.published, None), asked(demo.home.published, tmp_path / "other")
    assert theirs[1] == version
    assert theirs[0] == ours[0] and "'price_history': " in ours[0]
