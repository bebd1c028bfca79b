"""The ledger loses nothing: kills, two at once, a full disk, locks, older and newer files."""

from __future__ import annotations

import fcntl
import random
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from tests.support.worlds import ROOT, python
from warehouse.storage import ledger
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


def test_what_was_decided_is_kept_in_order(home: Home) -> None:
    assert decisions(home) == [] and not home.root.exists()  # reading makes nothing
    decide(home, "a", "released", "ann", "seen on their page")
    decide(home, ["b", "a", "b"], "rejected", "ben")
    found = decisions(home)
    assert [(d.event_id, d.verdict, d.decided_by, d.note) for d in found] == [
        ("a", "released", "ann", "seen on their page"), ("b", "rejected", "ben", ""), ("a", "rejected", "ben", ""),
    ]  # fmt: skip
    assert all(d.decided_at.utcoffset() is not None for d in found)
    assert [p.name for p in home.root.iterdir() if p.is_file()] == ["ledger.duckdb"]


def test_all_or_none_are_recorded(home: Home) -> None:
    decide(home, "a", "released", "me")
    with pytest.raises(LedgerError, match="nothing was recorded"):
        decide(home, ["b", None], "released", "me")  # type: ignore[list-item]
    with pytest.raises(LedgerError, match="verdict"):
        decide(home, "c", "perhaps", "me")  # type: ignore[arg-type]
    assert events(home) == ["a"]


def test_an_older_ledger_is_migrated_and_keeps_everything(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    decide(home, "a", "released", "me")
    more = "create table silences (rule varchar); alter table verdicts add column place varchar default 'here'"
    monkeypatch.setattr(ledger, "MIGRATIONS", (*ledger.MIGRATIONS, more))
    with opened(home) as con:
        assert con.execute("select event_id, place from verdicts").fetchall() == [("a", "here")]
        assert con.execute("from silences").fetchall() == []
        assert con.execute("from schema_version").fetchall() == [(len(ledger.MIGRATIONS),)]
    with opened(home) as con:  # once only
        assert con.execute("select count(*) from verdicts").fetchall() == [(1,)]


def test_a_migration_that_fails_changes_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    decide(home, "a", "released", "me")
    with monkeypatch.context() as patch:
        patch.setattr(ledger, "MIGRATIONS", (*ledger.MIGRATIONS, "create table silences (rule varchar)", "nonsense"))
        with pytest.raises(LedgerError, match="nonsense"):
            decisions(home)
    assert events(home) == ["a"]
    with opened(home) as con:
        tables = {name for (name,) in con.execute("select table_name from duckdb_tables()").fetchall()}
        assert {"schema_version", "verdicts"} <= tables and "silences" not in tables


def test_a_ledger_of_a_newer_gpuhour_is_refused(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    decide(home, "a", "released", "me")
    with monkeypatch.context() as patch:
        patch.setattr(ledger, "MIGRATIONS", (*ledger.MIGRATIONS, "create table later (x integer)"))
        decide(home, "b", "released", "me")
    before = home.ledger.read_bytes()
    for attempt in (lambda: decisions(home), lambda: decide(home, "c", "released", "me")):
        with pytest.raises(LedgerError, match=r"newer gpuhour.*update gpuhour"):
            attempt()
    assert home.ledger.read_bytes() == before


@pytest.mark.parametrize("content", [b"junk" * 5000, "cut", "foreign"])
def test_what_is_no_ledger_is_said_and_left_alone(home: Home, content: bytes | str) -> None:
    decide(home, "a", "released", "me")
    if content == "foreign":
        home.ledger.unlink()
        with duckdb.connect(str(home.ledger)) as con:
            con.execute("create table mine as select 1")
    else:
        home.ledger.write_bytes(content if isinstance(content, bytes) else home.ledger.read_bytes()[:5000])
    before = home.ledger.read_bytes()
    with pytest.raises(LedgerError, match=r"ledger\.duckdb"):
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
def test_a_full_disk_is_said_and_loses_nothing(home: Home, limit: int, is_new: bool) -> None:
    if not is_new:
        decide(home, "a", "released", "me")
    done = python(FULL, home.root, str(limit))
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    assert str(home.ledger) in done.stderr and "nothing was recorded" in done.stderr
    assert events(home) == ([] if is_new else ["a"])
    decide(home, "b", "released", "me")
    assert events(home)[-1] == "b"


def test_a_ledger_that_another_keeps(home: Home) -> None:
    decide(home, "a", "released", "me")
    with (home.locks / "ledger.lock").open("a") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        with pytest.raises(LedgerError, match="held by another"), opened(home, wait_seconds=0.2):
            pass
    assert events(home) == ["a"]


def test_a_ledger_that_a_shell_has_open(home: Home) -> None:
    decide(home, "a", "released", "me")
    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(home.ledger)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdin and holder.stdout
    try:
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(LedgerError, match="lock"), opened(home, wait_seconds=0.2):
            pass
    finally:
        holder.stdin.close()
        holder.stdout.close()
        holder.wait(10)
    assert events(home) == ["a"]


def test_a_decision_takes_milliseconds(home: Home) -> None:
    decide(home, "first", "released", "me")
    started = time.monotonic()
    for i in range(5):
        decide(home, str(i), "released", "me")
    assert (time.monotonic() - started) / 5 < 0.5  # 0.02 on a quiet machine
