"""A published file that forks go on with: their own copy, locked off, and another file once one is published."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.ingest.worker import result_of
from warehouse.storage import connection
from warehouse.storage.connection import NothingPublished, keep_open_for_forks, published
from warehouse.storage.state_dir import Home


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path)
    publish(home, 1)
    yield home
    connection._open_for_forks.drop()


def publish(home: Home, number: int) -> None:
    part = home.root / f"{number}.part"
    with duckdb.connect(str(part)) as con:
        con.execute(f"create schema v1; create schema marts; create table v1.build as select {number} as number")
    part.replace(home.published)


def asked(home: Home) -> tuple[int, str, bool]:
    """Return what is published, what reading a file answers, and whether it was opened before the fork."""
    was_open = connection._open_for_forks.is_open
    with published(home) as con:
        (number,) = con.execute("select number from build").fetchall()[0]
        try:
            con.execute("from read_text('/etc/hostname')").fetchall()
        except duckdb.PermissionException as refused:
            return number, str(refused), was_open and not connection._open_for_forks.is_open
    return number, "", False


def test_a_fork_goes_on_with_the_open_file(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_open_for_forks(home)
    monkeypatch.setattr(connection, "_open_on_one_thread", None)  # not called again for the same file
    for _ in range(2):
        number, refused, was_open = result_of(lambda: asked(home))
        assert (number, was_open) == (1, True) and "disabled" in refused
        keep_open_for_forks(home)
    assert (
        asked(home)[0] == 1 and not connection._open_for_forks.is_open
    )  # by whoever kept it: closed, and opened for itself


def test_another_file_is_seen_at_once(home: Home) -> None:
    keep_open_for_forks(home)
    publish(home, 2)
    keep_open_for_forks(home)
    assert result_of(lambda: asked(home))[0] == 2
    publish(home, 3)
    assert asked(home)[0] == 3  # no fork


def test_a_large_file_is_asked_on_all_threads_again(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "SMALL", 0)
    keep_open_for_forks(home)

    def counted() -> tuple[int, int]:
        with published(home) as con:
            query = "select (select count(*) from range(3_000_000)), current_setting('threads')"
            ((count, threads),) = con.execute(query).fetchall()
            return count, threads

    count, threads = result_of(counted)
    assert count == 3_000_000 and threads > ((os.cpu_count() or 1) > 1)


def test_what_cannot_be_opened_is_told_to_whoever_asks(home: Home) -> None:
    keep_open_for_forks(home)
    home.published.write_bytes(b"no database")
    keep_open_for_forks(home)
    assert not connection._open_for_forks.is_open
    with pytest.raises(duckdb.Error), published(home):
        pass
    home.published.unlink()
    keep_open_for_forks(home)
    with pytest.raises(NothingPublished), published(home):
        pass
