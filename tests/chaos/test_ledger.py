"""The ledger loses nothing: kills, two at once, a full disk, locks, older and newer files."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from tests.support.worlds import ROOT, python
from warehouse.storage import alert_outbox, ledger
from warehouse.storage.alert_outbox import Attempt, Entry
from warehouse.storage.ledger import LedgerError, decide, decisions, opened
from warehouse.storage.state_dir import Home

WRITER = """
import sys
from pathlib import Path
from warehouse.storage.state_dir import Home
from warehouse.storage.ledger import decide
home = Home(Path(sys.argv[1]))
for i in range(int(sys.argv[3])):
    decide(home, f"{sys.argv[2]}-{i}", "released", "me")
    print(i, flush=True)
"""
# Writers in forks of one process that has imported everything: a kill lands in the work, not in the imports.
KILLED = """
import os, signal, sys, time
from pathlib import Path
from warehouse.storage.state_dir import Home
from warehouse.storage.ledger import decide
home = Home(Path(sys.argv[1]))
for run, delay in enumerate(sys.argv[2:]):
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        for i in range(1000):
            decide(home, f"{run}-{i}", "rejected", "me")
            os.write(writer, f"{run}-{i}\\n".encode())
    os.close(writer)
    acknowledged = os.fdopen(reader)
    # The first few are killed while they make the file, the others once they write, however busy the machine is.
    if run >= 5:
        sys.stdout.write(acknowledged.readline())
    time.sleep(float(delay))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    sys.stdout.write(acknowledged.read())
"""
FULL = """
import resource, sys
from pathlib import Path
from warehouse.storage.state_dir import Home
from warehouse.storage.ledger import LedgerError, decide
home, limit = Home(Path(sys.argv[1])), int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    decide(home, [f"late-{i}" for i in range(20_000)], "released", "me", "x" * 200)
except LedgerError as failed:
    sys.exit(str(failed))
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def events(home: Home) -> list[str]:
    return [d.event_id for d in decisions(home)]


def test_decisions_are_kept_in_order(home: Home) -> None:
    assert decisions(home) == [] and not home.root.exists()  # reading makes nothing
    decide(home, "a", "released", "ann", "seen on their page")
    decide(home, ["b", "a", "b"], "rejected", "ben")
    found = decisions(home)
    assert [(d.event_id, d.verdict, d.decided_by, d.note) for d in found] == [
        ("a", "released", "ann", "seen on their page"), ("b", "rejected", "ben", ""), ("a", "rejected", "ben", ""),
    ]  # fmt: skip
    assert all(d.decided_at.utcoffset() is not None for d in found)
    assert [p.name for p in home.root.iterdir() if p.is_file()] == ["ledger.sqlite"]  # no WAL is left by itself


def test_all_or_none_are_recorded(home: Home) -> None:
    decide(home, "a", "released", "me")
    with pytest.raises(LedgerError, match="nothing was recorded"):
        decide(home, ["b", None], "released", "me")  # type: ignore[list-item]
    with pytest.raises(LedgerError, match="verdict"):
        decide(home, "c", "perhaps", "me")  # type: ignore[arg-type]
    assert events(home) == ["a"]


def test_older_ledger_is_upgraded_and_keeps_everything(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    decide(home, "a", "released", "me")
    more = ("create table silences (rule text)", "alter table verdicts add column place text default 'here'")
    monkeypatch.setattr(ledger, "MIGRATIONS", (*ledger.MIGRATIONS, more))
    with opened(home) as con:
        assert con.execute("select event_id, place from verdicts").fetchall() == [("a", "here")]
        assert con.execute("select * from silences").fetchall() == []
        assert con.execute("pragma user_version").fetchall() == [(len(ledger.MIGRATIONS),)]
    with opened(home) as con:  # once only
        assert con.execute("select count(*) from verdicts").fetchall() == [(1,)]


def test_failed_upgrade_changes_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    decide(home, "a", "released", "me")
    with monkeypatch.context() as patch:
        patch.setattr(ledger, "MIGRATIONS", (*ledger.MIGRATIONS, ("create table silences (rule text)", "nonsense")))
        with pytest.raises(LedgerError, match="nonsense"):
            decisions(home)
    assert events(home) == ["a"]
    with opened(home) as con:
        tables = {name for (name,) in con.execute("select name from sqlite_master where type = 'table'").fetchall()}
        assert "verdicts" in tables and "silences" not in tables


def duckdb_ledger(home: Home, version: int = 3) -> None:
    """Write a ledger as gpuhour 0.1 did, of one of its schema versions."""
    home.root.mkdir(parents=True, exist_ok=True)
    at = "timestamptz '2026-10-01 06:15:00.25+00'"
    scripts = (
        f"""create table verdicts (seq bigint primary key, event_id varchar, verdict varchar, decided_by varchar,
            decided_at timestamptz, note varchar);
        insert into verdicts values (1, 'a', 'released', 'ann', {at}, 'it''s on their page'),
            (2, 'b', 'rejected', 'ben', {at}, ''), (3, 'a', 'rejected', 'ben', {at}, '')""",
        f"""create table alert_rules (rule_id varchar primary key, definition varchar, seen_at timestamptz,
            evaluated_on date);
        create table alert_events (event_id varchar primary key, rule_id varchar, told_on date, disposition varchar,
            event varchar, recorded_at timestamptz);
        create table alert_deliveries (event_id varchar, channel varchar, due_at timestamptz, message_id varchar);
        create table alert_messages (message_id varchar primary key, channel varchar, composed_at timestamptz,
            content varchar);
        create table alert_attempts (seq bigint primary key, message_id varchar, tried_at timestamptz,
            outcome varchar, next_at timestamptz, error varchar);
        create table alert_silences (seq bigint primary key, rule_id varchar, until timestamptz, set_by varchar,
            set_at timestamptz);
        insert into alert_rules values ('drop', '{{}}', {at}, date '2026-10-01');
        insert into alert_events values ('e1', 'drop', date '2026-10-01', 'told', '{{"n": 1}}', {at}),
            ('e2', 'drop', date '2026-10-01', 'told', '{{"n": 2}}', {at});
        insert into alert_deliveries values ('e1', 'hook', {at}, 'm1'), ('e2', 'hook', {at}, null);
        insert into alert_messages values ('m1', 'hook', {at}, '{{}}');
        insert into alert_attempts values (1, 'm1', {at}, 'failed', {at}, '500'), (2, 'm1', {at}, 'sent', null, '');
        insert into alert_silences values (1, 'drop', {at}, 'ann', {at})""",
        f"""create table accepted_providers (seq bigint primary key, provider varchar, accepted_by varchar,
            accepted_at timestamptz, note varchar);
        insert into accepted_providers values (1, 'ibm', 'ann', {at}, '')""",
    )
    with duckdb.connect(str(home.duckdb_ledger)) as con:
        con.execute("set TimeZone = 'Asia/Tokyo'")
        con.execute(f"create table schema_version as select {version} as version")
        for script in scripts[:version]:
            con.execute(script)


def test_duckdb_ledger_is_copied_once_and_kept(home: Home) -> None:
    duckdb_ledger(home)
    before = home.duckdb_ledger.read_bytes()
    at = datetime(2026, 10, 1, 6, 15, 0, 250_000, UTC)
    first = decisions(home)
    assert [(d.event_id, d.verdict, d.decided_by, d.decided_at, d.note) for d in first] == [
        ("a", "released", "ann", at, "it's on their page"), ("b", "rejected", "ben", at, ""),
        ("a", "rejected", "ben", at, ""),
    ]  # fmt: skip
    assert ledger.accepted(home) == {"ibm"}
    assert alert_outbox.dispositions(home) == {"e1": "told", "e2": "told"}
    assert alert_outbox.checkpoints(home)["drop"].evaluated_on == date(2026, 10, 1)
    assert [(w.event_id, w.channel, w.due_at) for w in alert_outbox.waiting(home)] == [("e2", "hook", at)]
    (message,) = alert_outbox.messages(home)
    assert (message.outcome, message.attempts, message.tried_at, message.next_at) == ("sent", 2, at, None)
    assert message.event_ids == ["e1"] and message.composed_at == at
    assert [(s.rule_id, s.until, s.set_by) for s in alert_outbox.silences(home)] == [("drop", at, "ann")]
    decide(home, "c", "released", "me")  # numbered on
    assert events(home) == ["a", "b", "a", "c"]
    assert home.duckdb_ledger.read_bytes() == before and home.ledger.exists()
    home.duckdb_ledger.unlink()  # no longer needed
    assert events(home) == ["a", "b", "a", "c"]


@pytest.mark.parametrize("version", [1, 2])
def test_duckdb_ledger_of_an_early_schema_is_copied(home: Home, version: int) -> None:
    duckdb_ledger(home, version)
    assert events(home) == ["a", "b", "a"] and ledger.accepted(home) == set()
    assert set(alert_outbox.dispositions(home)) == ({"e1", "e2"} if version > 1 else set())


@pytest.mark.parametrize(("spoil", "message"), [
    ("newer", "newer gpuhour"), ("foreign", "no schema_version"), ("junk", "cannot be read"), ("cut", "cannot be read"),
])  # fmt: skip
def test_foreign_duckdb_file_stops_everything(home: Home, spoil: str, message: str) -> None:
    """Continuing without it would forget people's decisions."""
    duckdb_ledger(home)
    if spoil == "newer":
        with duckdb.connect(str(home.duckdb_ledger)) as con:
            con.execute("update schema_version set version = 4")
    elif spoil == "foreign":
        home.duckdb_ledger.unlink()
        with duckdb.connect(str(home.duckdb_ledger)) as con:
            con.execute("create table mine as select 1")
    else:
        content = home.duckdb_ledger.read_bytes()
        home.duckdb_ledger.write_bytes(b"junk" * 5000 if spoil == "junk" else content[:9000])
    before = home.duckdb_ledger.read_bytes()
    for attempt in (lambda: decisions(home), lambda: decide(home, "x", "released", "me")):
        with pytest.raises(LedgerError, match=message):
            attempt()
    assert not home.ledger.exists() and home.duckdb_ledger.read_bytes() == before


def test_killed_copy_of_a_duckdb_ledger_is_done_again(home: Home) -> None:
    duckdb_ledger(home)
    code = (
        "import os, sqlite3, sys; from pathlib import Path; from warehouse.storage import ledger, ledger_migration\n"
        "from warehouse.storage.state_dir import Home\n"
        "class Killer(sqlite3.Connection):\n    def executemany(self, *a):\n        os.kill(os.getpid(), 9)\n"
        "connect = sqlite3.connect\n"
        "ledger_migration.sqlite3.connect = lambda *a, **k: connect(*a, factory=Killer, **k)\n"
        "ledger.decisions(Home(Path(sys.argv[1])))"
    )
    assert python(code, home.root).returncode == -signal.SIGKILL
    assert not home.ledger.exists()
    assert events(home) == ["a", "b", "a"]
    assert not list(home.root.glob("*.part*")), "what the killed one had written"


def test_ledger_of_a_newer_gpuhour_is_refused(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    decide(home, "a", "released", "me")
    with monkeypatch.context() as patch:
        patch.setattr(ledger, "MIGRATIONS", (*ledger.MIGRATIONS, ("create table later (x integer)",)))
        decide(home, "b", "released", "me")
    before = home.ledger.read_bytes()
    for attempt in (lambda: decisions(home), lambda: decide(home, "c", "released", "me")):
        with pytest.raises(LedgerError, match=r"newer gpuhour.*update gpuhour"):
            attempt()
    assert home.ledger.read_bytes() == before


@pytest.mark.parametrize("content", [b"junk" * 5000, "cut", "foreign"])
def test_foreign_file_is_reported_and_left_alone(home: Home, content: bytes | str) -> None:
    decide(home, "a", "released", "me")
    if content == "foreign":
        home.ledger.unlink()
        with closing(sqlite3.connect(home.ledger)) as con:
            con.execute("create table mine (x)")
    else:
        home.ledger.write_bytes(content if isinstance(content, bytes) else home.ledger.read_bytes()[:5000])
    before = home.ledger.read_bytes()
    with pytest.raises(LedgerError, match=r"ledger\.sqlite"):
        decide(home, "b", "released", "me")
    assert home.ledger.read_bytes() == before


def test_two_writers_at_once(home: Home) -> None:
    command = [sys.executable, "-c", WRITER, str(home.root)]
    writers = [
        subprocess.Popen([*command, name, "15"], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for name in ("x", "y", "z")
    ]
    for writer in writers:
        _, said = writer.communicate(timeout=60)
        assert writer.returncode == 0, said
    found = events(home)
    assert sorted(found) == sorted(f"{name}-{i}" for name in "xyz" for i in range(15))
    assert [e for e in found if e.startswith("x")] == [f"x-{i}" for i in range(15)]


def test_kills_lose_nothing_that_was_acknowledged(home: Home) -> None:
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    done = python(KILLED, home.root, *(f"{chance.uniform(0, 0.1):.4f}" for _ in range(20)))
    assert done.returncode == 0, done.stderr
    acknowledged = done.stdout.split()
    found = events(home)
    assert len(acknowledged) >= 15, f"too few before the kills (seed {seed})"
    assert set(acknowledged) <= set(found), f"lost (seed {seed})"
    assert len(found) == len(set(found)) and len(found) - len(acknowledged) <= 20, f"seed {seed}"
    decide(home, "after", "released", "me")
    assert events(home)[-1] == "after"
    assert not list(home.root.glob("*.part*"))


@pytest.mark.parametrize("limit", [0, 20_000, 300_000, 1_000_000])
@pytest.mark.parametrize("is_new", [True, False])
def test_full_disk_is_reported_and_loses_nothing(home: Home, limit: int, is_new: bool) -> None:
    if not is_new:
        decide(home, "a", "released", "me")
    done = python(FULL, home.root, str(limit))
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    assert str(home.ledger) in done.stderr and "nothing was recorded" in done.stderr
    assert events(home) == ([] if is_new else ["a"])
    decide(home, "b", "released", "me")
    assert events(home)[-1] == "b"


def test_ledger_locked_by_another_process(home: Home) -> None:
    decide(home, "a", "released", "me")
    with closing(sqlite3.connect(home.ledger, isolation_level=None)) as holder:
        holder.execute("begin immediate")
        with pytest.raises(LedgerError, match="held by another"), opened(home, wait_seconds=0.2):
            pass
        assert events(home) == ["a"]  # readers never wait
    decide(home, "b", "released", "me")
    assert events(home) == ["a", "b"]


def test_noting_a_delivery_takes_milliseconds_at_100_000_events(home: Home) -> None:
    now = datetime(2026, 11, 1, 6, tzinfo=UTC)
    entries = [Entry(f"e{n}", "rule", now.date(), "told", "{}", {"hook": now}) for n in range(100_000)]
    assert alert_outbox.record(home, [], entries, now) == 100_000
    for n in range(0, 100_000, 1000):
        alert_outbox.compose(home, f"m{n}", "hook", [f"e{n + i}" for i in range(1000)], "{}", now)
    times = []
    for n in range(20):
        started = time.perf_counter()
        alert_outbox.attempted(home, [Attempt(f"m{n * 1000}", now, "sent", None, "")])
        times.append(time.perf_counter() - started)
    # 3 ms with the disk's own wait on a quiet machine; before, 6.7 s. Here the machine may be busy.
    assert sorted(times)[10] < 0.1
    assert len(alert_outbox.messages(home, unsent_only=True)) == 80
