"""`gpuhour publish` to a real Postgres server: every row, whole or not at all, and what it says when it cannot."""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.conftest import Demo, Run
from tests.extras.conftest import Rebuild
from tests.support import worlds
from tests.support.postgres_rows import missing_and_extra, relations, unequal
from tests.support.postgres_server import PASSWORD, PostgresServer
from tests.support.worlds import ROOT
from warehouse.publish.postgres.postgres_publication import Publication, publish_to
from warehouse.storage.state_dir import Home

pytestmark = pytest.mark.extras

HOSTILE = [
    "\\.", "a\n\\.\nb", "\\N", "", '"', "'; drop schema v1 cascade; --", "a\tb\r\nc\rd", "😀\u202e\u2028", "NULL", " x ",
    "\\", "\\\\n", "=1+1", "{curly}", "%s %(x)s", "$$;$$",
]  # fmt: skip
# Another build: all of these say its number, so that a reader who sees two of them sees whether they belong together.
NUMBERED = (
    "update v1.meta set n_series = {n}",
    "update core.price_intervals set rank = {n}",
    "update marts.workloads set isl = {n}",
)


def numbered(number: int) -> list[str]:
    return [statement.format(n=number) for statement in NUMBERED]


def outcomes(publication: Publication) -> dict[str, str]:
    return {each.relation: each.outcome for each in publication.relations}


def shown(con: Any) -> tuple[Any, ...]:
    """What one statement sees of the three numbered tables."""
    query = (
        "select (select n_series from v1.meta), (select min(rank) from v1.price_intervals), "
        "(select max(rank) from v1.price_intervals), (select min(isl)::int from marts.workloads)"
    )
    (row,) = con.execute(query).fetchall()
    return tuple(row)


def test_every_row_of_the_demo_is_there(demo: Demo, address: str, con: Any, tmp_path: Path, run: Run) -> None:
    said = run("publish", "--to", address, "--json", home=demo.home)
    assert said.code == 0, said.err
    rows = said.records()
    assert sorted(row["relation"] for row in rows) == relations(demo.home) and len(rows) > 60
    assert {row["outcome"] for row in rows} == {"copied", "view"} and PASSWORD not in said.out + said.err
    assert unequal(demo.home, con, tmp_path) == {}
    for day in ("2026-09-20", "2026-09-25", "2026-10-30", "2023-04-07"):
        columns = "series_id, last_seen_on, usd_per_gpu_hour, price, age_days::int as age_days, is_carried_forward, is_preferred"
        here, there = (
            f"select {columns} from v1.prices_as_of({arguments})" for arguments in (f"date '{day}'", f"'{day}'")
        )
        assert missing_and_extra(demo.home, con, tmp_path, here, there) == (0, 0), day
    assert con.execute("select count(*) from v1.prices_as_of('2026-09-20')").fetchall()[0][0] > 100
    again = run("publish", "--to", address, "--json", home=demo.home)
    assert {row["outcome"] for row in again.records()} == {"unchanged", "view"}


def test_history_and_texts_of_strangers_arrive(
    home: Home, rebuild: Rebuild, address: str, con: Any, tmp_path: Path
) -> None:
    """Half a year of daily prices; texts that mean something to COPY, SQL or a terminal; the longest numbers."""
    texts = ", ".join("'" + text.replace("'", "''") + "'" for text in HOSTILE)
    rebuild(
        f"update core.price_intervals set text = list_extract([{texts}], (rowid % {len(HOSTILE)} + 1)::int)",
        "update core.price_intervals set price = 12345678901234567890.123456789012345678, usd_per_unit = 5e-324 "
        "where rowid % 7 = 0",
        "update core.price_intervals set price = 0.000000375, usd_per_unit = 1.7976931348623157e308 where rowid % 7 = 1",
        "update core.price_intervals set valid_to = 'infinity', upfront_price = null where rowid % 7 = 2",
    )
    publish_to(home, address)
    assert unequal(home, con, tmp_path) == {}
    assert {text for (text,) in con.execute("select distinct text from v1.price_intervals")} == set(HOSTILE)
    assert con.execute("select count(*) from v1.price_history").fetchall()[0][0] > 500
    for day in ("2026-01-12", "2026-03-20", "2026-06-29", "2026-08-15"):
        columns = "series_id, last_seen_on, usd_per_gpu_hour, price, age_days::int as age_days, is_carried_forward, is_preferred"
        here, there = (
            f"select {columns} from v1.prices_as_of({arguments})" for arguments in (f"date '{day}'", f"'{day}'")
        )
        assert missing_and_extra(home, con, tmp_path, here, there) == (0, 0), day
    rebuild("update core.price_intervals set text = 'a' || chr(0) || 'b' where rowid = 0")
    publish_to(home, address)  # Postgres has no zero byte
    assert con.execute("select text from v1.price_intervals where text like 'a_b'").fetchall() == [("a\ufffdb",)]


def test_numbers_beyond_a_double_stay_exact(home: Home, rebuild: Rebuild, address: str, con: Any) -> None:
    rebuild("create or replace table v1.meta as select * replace (9007199254740993::hugeint as n_series) from v1.meta")
    publish_to(home, address)
    assert con.execute("select n_series::text from v1.meta").fetchall() == [("9007199254740993",)]
    kinds = con.execute("select distinct jsonb_typeof(egress_rates) from marts.provider_rates").fetchall()
    assert ("array",) in kinds


def test_keys_indexes_and_comments(home: Home, address: str, con: Any) -> None:
    publish_to(home, address)
    query = "select conrelid::regclass::text, contype from pg_constraint where contype in ('p', 'u')"
    keys = dict(con.execute(query).fetchall())
    assert keys["v1.price_intervals"] == "p" and keys["marts.gpu_specs"] == "p"
    assert set(keys.values()) <= {"p", "u"} and len(keys) > 50
    with pytest.raises(Exception, match="duplicate key"):
        con.execute("insert into marts.gpu_specs select * from marts.gpu_specs limit 1")
    with pytest.raises(Exception, match="check constraint"):
        con.execute("update v1.price_intervals set price = 'NaN'")
    with pytest.raises(Exception, match="check constraint"):
        con.execute("update v1.price_intervals set usd_per_unit = 'infinity'")
    silent = con.execute(
        "select c.oid::regclass::text from pg_class c where relnamespace = any('{v1,marts}'::regnamespace[]) "
        "and relkind in ('r', 'v') and obj_description(c.oid, 'pg_class') is null"
    ).fetchall()
    assert silent == []
    with duckdb.connect(str(home.published), read_only=True) as duck:
        documented = duck.execute(
            "select schema_name || '.' || table_name, column_name, comment from duckdb_columns() where comment is not null "
            "and schema_name in ('v1', 'marts')"
        ).fetchall()
    there = set(
        con.execute(
            "select attrelid::regclass::text, attname::text, col_description(attrelid, attnum) from pg_attribute "
            "where attnum > 0 and attrelid = any(select oid from pg_class where relnamespace = any('{v1,marts}'::regnamespace[]))"
        ).fetchall()
    )
    assert len(documented) > 500 and not set(documented) - there
    indexes = con.execute("select count(*) from pg_indexes where tablename = 'price_intervals'").fetchall()[0][0]
    assert indexes >= 3


def test_the_reader_reads_and_does_not_write(
    home: Home, rebuild: Rebuild, postgres: PostgresServer, address: str, con: Any
) -> None:
    import psycopg

    publish_to(home, address)
    con.execute("drop role if exists anna")
    con.execute("create role anna login password 'a' in role gpuhour_reader")
    database = address.rpartition("/")[2]
    for is_again in (False, True):
        with psycopg.connect(postgres.address(database, "anna", "a"), autocommit=True) as reader:
            assert reader.execute("select count(*) from v1.price_history").fetchall()[0][0] > 0
            assert reader.execute("select count(*) from v1.prices_as_of('2026-06-01')").fetchall()[0][0] > 0
            for statement in (
                "delete from v1.meta", "drop table v1.meta", "create table v1.x (i int)", "create schema x",
                "update gpuhour.relations set n_rows = 0", "alter schema v1 rename to v2",
            ):  # fmt: skip
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    reader.execute(statement)
        if not is_again:  # the schemas made anew, as after an upgrade
            rebuild("alter table v1.meta add column other integer")
            assert publish_to(home, address).is_whole


def test_a_days_change_is_a_few_rows(home: Home, rebuild: Rebuild, address: str, con: Any, tmp_path: Path) -> None:
    first = publish_to(home, address)
    assert first.is_whole and set(outcomes(first).values()) == {"copied", "view"}
    rebuild(
        "update core.price_intervals set last_seen_on = last_seen_on + 1 where rowid < 5",
        "delete from core.price_intervals where rowid = 9",
        "update v1.meta set built_at = built_at + interval 1 day",
    )
    second = publish_to(home, address)
    assert not second.is_whole and unequal(home, con, tmp_path) == {}
    (intervals,) = [each for each in second.relations if each.relation == "v1.price_intervals"]
    assert (intervals.outcome, intervals.n_deleted, intervals.n_inserted) == ("changed", 6, 5)
    assert outcomes(second)["marts.gpu_specs"] == "unchanged"
    kept = home.root / "postgres.duckdb"
    with duckdb.connect(str(kept), read_only=True) as hashes:  # keys and hashes alone are kept of what was published
        columns = hashes.execute('select column_name from (describe "v1.price_intervals")').fetchall()
    assert [name for (name,) in columns] == ["series_id", "valid_from", "observed_at", "of_row", "of_key"]
    # What was published last is not known here: another machine, say, or a file of an earlier version or of none.
    for lost in (kept.unlink, lambda: shutil.copy(home.published, kept), lambda: kept.write_bytes(b"no database")):
        lost()
        rebuild("update core.price_intervals set last_seen_on = last_seen_on + 1 where rowid < 3")
        third = publish_to(home, address)
        assert outcomes(third)["v1.price_intervals"] == "copied" and unequal(home, con, tmp_path) == {}
    rebuild("update core.price_intervals set last_seen_on = last_seen_on + 1 where rowid < 3")
    assert outcomes(publish_to(home, address))["v1.price_intervals"] == "changed"


def test_rows_that_somebody_changed_there_are_put_right(
    home: Home, rebuild: Rebuild, address: str, con: Any, tmp_path: Path
) -> None:
    publish_to(home, address)
    con.execute("delete from v1.price_intervals where ctid in (select ctid from v1.price_intervals limit 4)")
    rebuild("update core.price_intervals set last_seen_on = last_seen_on + 1")
    rebuild("update core.price_intervals set last_seen_on = last_seen_on + 1 where rowid < 3")
    publish_to(home, address)
    assert unequal(home, con, tmp_path) == {}


@pytest.mark.parametrize("is_whole", [False, True], ids=["a day", "an upgrade"])
def test_readers_never_wait_and_see_one_build(home: Home, rebuild: Rebuild, address: str, is_whole: bool) -> None:
    """A reader in a loop while five builds are published; another holds its transaction open all the while."""
    import psycopg

    rebuild(*numbered(1))
    publish_to(home, address)
    seen: list[tuple[Any, ...]] = []
    pairs: list[tuple[Any, Any]] = []
    slowest, is_over = [0.0], threading.Event()

    def read() -> None:
        with psycopg.connect(address, autocommit=True) as reader:
            while not is_over.is_set():
                start = time.perf_counter()
                seen.append(shown(reader))
                with reader.transaction():  # two statements of one snapshot
                    reader.execute("set transaction isolation level repeatable read")
                    (one,) = reader.execute("select n_series from v1.meta").fetchall()
                    time.sleep(0.01)
                    other = reader.execute("select min(rank), max(rank) from v1.price_intervals").fetchall()[0]
                    pairs.append((one[0], other))
                slowest[0] = max(slowest[0], time.perf_counter() - start)

    thread = threading.Thread(target=read)
    with psycopg.connect(address) as holder:
        holder.execute("select count(*) from v1.price_intervals")  # never ended: holds its locks
        thread.start()
        try:
            for number in range(2, 7):
                rebuild(*numbered(number), *([f"alter table v1.meta add column c{number} integer"] if is_whole else []))
                publication = publish_to(home, address)
                assert publication.is_whole == is_whole
        finally:
            is_over.set()
            thread.join(30)
    assert len(seen) > 10 and {row[0] for row in seen} >= {6} and len({row[0] for row in seen}) > 1
    if is_whole:  # names are looked up one by one: a statement that begins in a swap may meet the old and the new
        assert not [row for row in seen if None in row]
    else:
        assert not [row for row in seen if len(set(row)) > 1]
        assert not [pair for pair in pairs if pair[1] != (pair[0], pair[0])]
    assert slowest[0] < 3
    assert publish_to(home, address).notes == ()  # the holder is gone: what had to stay is dropped
    with psycopg.connect(address) as reader:
        left = reader.execute("select nspname from pg_namespace where nspname like 'gpuhour_old%'").fetchall()
    assert left == []


def publishing(home: Home, address: str) -> subprocess.Popen[str]:
    code = "import sys; from pipelines.cli.app import main; main(['publish', '--json', '--home', sys.argv[1]])"
    env = {"PATH": "/usr/bin:/bin", "GPUHOUR_PUBLISH_TO": address, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-c", code, home.root],
        env=env,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    )


@pytest.mark.parametrize("is_whole", [False, True], ids=["a day", "an upgrade"])
def test_killed_at_any_point_it_leaves_the_old(
    home: Home, rebuild: Rebuild, address: str, con: Any, tmp_path: Path, is_whole: bool
) -> None:
    rebuild(*numbered(1))
    start = time.perf_counter()
    process = publishing(home, address)
    process.communicate(timeout=120)
    assert process.returncode == 0
    seconds, number, n_old = time.perf_counter() - start, 1, 0
    chance = random.Random(7)
    for round_number in range(2, 10):
        rebuild(
            *numbered(round_number), *(["alter table v1.meta add column if not exists c integer"] if is_whole else [])
        )
        process = publishing(home, address)
        time.sleep(chance.uniform(0.3, 1.0) * seconds)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=30)
        _settled(con)
        assert shown(con) in ((number,) * 4, (round_number,) * 4)
        n_old += shown(con)[0] == number
        if shown(con)[0] != number:  # it was over before the kill: the next one comes earlier
            seconds *= 0.75
        number = shown(con)[0]
    assert n_old >= 2  # else nothing was killed in time
    publish_to(home, address)
    assert shown(con) == (9,) * 4 and unequal(home, con, tmp_path) == {}


def _settled(con: Any) -> None:
    """Wait until the server has noticed that its client is gone."""
    query = "select count(*) from pg_stat_activity where application_name = 'gpuhour publish' and datname = current_database()"
    deadline = time.monotonic() + 30
    while con.execute(query).fetchall()[0][0] and time.monotonic() < deadline:
        time.sleep(0.05)


def test_two_publishers_take_turns(home: Home, rebuild: Rebuild, address: str, con: Any, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    other.root.mkdir()
    other.published.write_bytes(home.published.read_bytes())
    processes = [publishing(home, address), publishing(other, address), publishing(home, address)]
    ends = [(process.communicate(timeout=180), process.returncode) for process in processes]
    assert [code for _, code in ends] == [0, 0, 0], ends
    assert unequal(home, con, tmp_path) == {}
    whole = [1 for (out, _), _ in ends if {"copied"} <= {row["outcome"] for row in json.loads(out)}]
    assert len(whole) == 1  # the others found all of it there


def test_not_a_number_is_refused(home: Home, rebuild: Rebuild, address: str, con: Any, run: Run) -> None:
    rebuild(*numbered(1))
    publish_to(home, address)
    for value in ("nan", "inf"):
        rebuild(*numbered(2), f"update core.price_intervals set usd_per_unit = '{value}'::double where rowid = 3")
        said = run("publish", "--to", address, home=home)
        assert said.code == 1 and ".usd_per_unit holds NaN or infinity in" in said.err, said.err
    assert shown(con) == (1,) * 4


def test_what_others_made_is_left_alone(home: Home, rebuild: Rebuild, address: str, con: Any, run: Run) -> None:
    con.execute("create schema v1")
    said = run("publish", "--to", address, home=home)
    assert said.code == 1 and "schema v1 that gpuhour did not make" in said.err
    con.execute("drop schema v1")
    publish_to(home, address)
    con.execute("create schema mine; create view mine.cheap as select * from v1.price_intervals where rank = 1")
    rebuild("alter table v1.meta add column other integer")
    notes = publish_to(home, address).notes
    assert len(notes) == 1 and "mine.cheap" in notes[0] and " stay: " in notes[0]
    con.execute("drop view mine.cheap")
    assert publish_to(home, address).notes == ()
    con.execute("create table v1.notes (i integer)")
    rebuild("alter table v1.meta add column another integer")
    said = run("publish", "--to", address, home=home)
    assert said.code == 1 and "gpuhour did not make v1.notes" in said.err
    assert con.execute("select count(*) from v1.notes").fetchall() == [(0,)]


def test_messages_say_what_to_do_and_never_the_password(
    home: Home, postgres: PostgresServer, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = postgres.address(password="s3cr3t")
    cases = [
        (wrong, 1, "password authentication failed", "GPUHOUR_PUBLISH_TO or --to"),
        (wrong.replace(str(postgres.port), "1"), 1, "127.0.0.1:1/gpuhour", "Is the server up?"),
        (postgres.address("nowhere"), 1, "does not exist", "docs/postgres.md"),
        ("mysql://u:s3cr3t@h/d", 2, "postgres://", "begins with"),
        ("postgres://u:s3cr3t@[::1/d", 2, "cannot be read", "%40"),
    ]
    for address, code, *words in cases:
        said = run("publish", "--to", address, home=home)
        assert said.code == code and "Traceback" not in said.err, said.err
        assert all(word in said.err for word in words), said.err
        assert "s3cr3t" not in said.err and PASSWORD not in said.err, said.err
    monkeypatch.delenv("GPUHOUR_PUBLISH_TO", raising=False)
    said = run("publish", home=home)
    assert said.code == 2 and "GPUHOUR_PUBLISH_TO" in said.err
    said = run("publish", "--to", postgres.address(), home=Home(tmp_path / "none"))
    assert said.code == 1 and "no published database" in said.err


def test_password_may_stand_where_no_list_of_processes_shows_it(
    home: Home, postgres: PostgresServer, address: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = address.rpartition("/")[2]
    bare = f"postgres://gpuhour@127.0.0.1:{postgres.port}/{database}"
    passwords, services = tmp_path / "pgpass", tmp_path / "services"
    passwords.write_text(f"127.0.0.1:{postgres.port}:{database}:gpuhour:{PASSWORD.replace(':', chr(92) + ':')}\n")
    passwords.chmod(0o600)
    services.write_text(
        f"[prices]\nhost=127.0.0.1\nport={postgres.port}\ndbname={database}\nuser=gpuhour\npassword={PASSWORD}\n"
    )
    monkeypatch.setenv("HOME", str(tmp_path))  # no ~/.pgpass of somebody's
    for variable, value, where in (
        ("PGPASSWORD", PASSWORD, bare),
        ("PGPASSFILE", str(passwords), bare),
        ("PGSERVICEFILE", str(services), "postgres:///?service=prices"),
    ):
        with monkeypatch.context() as patch:
            patch.setenv(variable, value)
            said = run("publish", "--to", where, "--json", home=home)
        assert said.code == 0 and "list of processes" not in said.err, (variable, said.err)
        assert PASSWORD not in said.out + said.err
    said = run("publish", "--to", bare, home=home)
    assert said.code == 1 and "password" in said.err and "~/.pgpass" in said.err
    assert "list of processes" in run("publish", "--to", address, home=home).err


def test_without_the_extra_it_says_what_to_install(home: Home) -> None:
    poison = "import sys\nsys.modules['psycopg'] = None"
    done = worlds.cli("publish", "--to", "postgres://u@127.0.0.1/d", home=home.root, before=poison)
    assert done.returncode == 1 and "psycopg[binary]==" in done.stderr and "Traceback" not in done.stderr


def test_a_refresh_publishes_there_last(address: str, con: Any, tmp_path: Path) -> None:
    home, captures = tmp_path / "home", worlds.captures(tmp_path / "captures", "lambda")
    refresh = ("refresh", "--replay", captures, "--provider", "lambda", "--json")
    done = worlds.cli(*refresh, home=home, timeout=300, GPUHOUR_PUBLISH_TO=address)
    assert done.returncode == 0, done.stderr
    assert con.execute("select count(*) from v1.offers_latest").fetchall()[0][0] > 0
    gone = address.replace(address.rpartition(":")[2].partition("/")[0], "1")
    done = worlds.cli(*refresh, home=home, timeout=300, GPUHOUR_PUBLISH_TO=gone)
    assert done.returncode == 3 and '"published": true' in done.stdout.lower().replace(" true", " true"), done.stderr
    assert "not to Postgres" in done.stderr and PASSWORD not in done.stderr and "%" + "70" not in done.stderr
    with duckdb.connect(str(home / "published.duckdb"), read_only=True) as duck:
        assert duck.execute("select count(*) from v1.offers_latest").fetchall()[0][0] > 0
