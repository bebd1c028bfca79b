"""The part of a lake's catalog that is ours: which files it has, its ledger, and the lock of the one builder.

Plain tables in Postgres beside DuckLake's own: with keys, which DuckLake has not, and reached without DuckDB, so that
a scrape step needs no more than an insert to hand over what it landed. Rows of `files` are only ever added.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from warehouse.storage.server import NotAnAddress, Purpose, ServerError, place, server
from warehouse.storage.state_dir import Lake

if TYPE_CHECKING:
    from psycopg import Connection as Server

LAYOUT = 1  # of the tables below
BUILDER_LOCK = 0x6770_7568_6F75_6C  # "gpuhoul"
SETTING = "GPUHOUR_LAKE"
FAILURES = (ServerError, NotAnAddress)
_PURPOSE = Purpose(
    "gpuhour lake", "a lake", SETTING, "What the lake holds stays as it was", "docs/scale.md",
)  # fmt: skip
_TABLES = """
create schema if not exists gpuhour_lake;
create table if not exists gpuhour_lake.lake (
    is_one boolean primary key default true check (is_one), files text not null, layout integer not null
);
create table if not exists gpuhour_lake.files (
    name text collate "C" primary key, object text not null, size bigint not null, mtime_ns bigint not null,
    sha256 text not null, added_by text not null, added_at timestamptz not null default now()
);
create table if not exists gpuhour_lake.ledger (
    is_one boolean primary key default true check (is_one), version bigint not null, content bytea not null
);
insert into gpuhour_lake.ledger values (true, 0, '') on conflict do nothing;
create table if not exists gpuhour_lake.builder (
    is_one boolean primary key default true check (is_one), backend integer not null, who text not null,
    since timestamptz not null
);
comment on schema gpuhour_lake is 'What gpuhour keeps of its lake beside DuckLake; not for readers'
"""


class LakeMismatch(Exception):
    """The lake is not where the settings say, or of another version; the message says what to do."""


class LakeBusy(Exception):
    """Another machine builds; `holder` says which."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


class LakeFile(NamedTuple):
    """A file of the lake: its path below the state folder, where its bytes are, and what they must be."""

    name: str
    object: str
    size: int
    mtime_ns: int
    sha256: str


def place_of(lake: Lake) -> str:
    """Return where a catalog is, without its password."""
    return place(lake.catalog, _PURPOSE)


def here() -> str:
    """Return this process in words, for people at another machine."""
    return f"{socket.gethostname()}:{os.getpid()}"


@contextmanager
def opened(lake: Lake) -> Iterator[Server[tuple[Any, ...]]]:
    """Yield a connection to the catalog, its tables made where they are absent.

    Raises ServerError and NotAnAddress, which say what to do, and LakeMismatch.
    """
    with server(lake.catalog, _PURPOSE) as con:
        rows = _settings(con)
        if not rows:
            with con.transaction():
                con.execute("select pg_advisory_xact_lock(%s)", (BUILDER_LOCK + 1,))  # "create if absent" may collide
                con.execute(_TABLES.encode())
                con.execute(
                    "insert into gpuhour_lake.lake values (true, %s, %s) on conflict do nothing",
                    (lake.files, LAYOUT),
                )
            rows = _settings(con)
        files, layout = rows[0]
        if files != lake.files:
            raise LakeMismatch(
                f"the lake at {place_of(lake)} keeps its files in {files}, and GPUHOUR_LAKE_FILES says "
                f"{lake.files}: set it to {files}, or name another database"
            )
        if layout != LAYOUT:
            raise LakeMismatch(
                f"the lake at {place_of(lake)} was made by another version of gpuhour (layout {layout}, "
                f"this one knows {LAYOUT}): use one version on all machines"
            )
        yield con


def _settings(con: Server[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    if not con.execute("select to_regclass(%s)", ("gpuhour_lake.lake",)).fetchall()[0][0]:
        return []
    return list(con.execute("select files, layout from gpuhour_lake.lake").fetchall())


def files(con: Server[tuple[Any, ...]], prefixes: Sequence[str]) -> dict[str, LakeFile]:
    """Return the files whose names begin with one of these, by name."""
    patterns = [prefix.replace("\\", r"\\").replace("_", r"\_").replace("%", r"\%") + "%" for prefix in prefixes]
    rows = con.execute(
        "select name, object, size, mtime_ns, sha256 from gpuhour_lake.files where name like any(%s)",
        (patterns,),
    ).fetchall()
    for name, stored_as, *_ in rows:
        if any(part in ("", ".", "..") for path in (name, stored_as) for part in path.split("/")):
            raise LakeMismatch(f"the catalog names a file {name!r}, which lies outside: somebody else wrote there")
    return {row[0]: LakeFile(*row) for row in rows}


def totals(con: Server[tuple[Any, ...]]) -> tuple[int, int, int]:
    """Return how many files of landing and of the archive there are, and their bytes."""
    (n_landing, n_archived, size) = con.execute(
        "select count(*) filter (where name like 'landing/%'), count(*) filter (where name like 'pages/%'), "
        "coalesce(sum(size), 0)::bigint from gpuhour_lake.files"
    ).fetchall()[0]
    return n_landing, n_archived, size


def builder(con: Server[tuple[Any, ...]]) -> str:
    """Return who builds now, and since when; empty where nobody does."""
    rows = con.execute(
        "select who, since from gpuhour_lake.builder join pg_locks on pid = backend "
        "where locktype = 'advisory' and granted and (classid::bigint << 32) + objid::bigint = %s",
        (BUILDER_LOCK,),
    ).fetchall()
    return f"{rows[0][0]} since {rows[0][1]:%Y-%m-%d %H:%M} UTC" if rows else ""


def n_landed(con: Server[tuple[Any, ...]]) -> int:
    """Return how many files of landing there are: rows are only added, so a larger number means more facts."""
    (count,) = con.execute("select count(*) from gpuhour_lake.files where name like 'landing/%'").fetchall()[0]
    return int(count)


def add(con: Server[tuple[Any, ...]], new: Iterable[LakeFile]) -> None:
    """Record files, whose bytes are there already: all or none. Who comes second with a name adds nothing."""
    with con.transaction(), con.cursor() as cursor:
        cursor.executemany(
            "insert into gpuhour_lake.files (name, object, size, mtime_ns, sha256, added_by) "
            "values (%s, %s, %s, %s, %s, %s) on conflict (name) do nothing",
            [(*file, here()) for file in sorted(new)],  # in order, so that two never wait for each other
        )


@contextmanager
def builder_lock(lake: Lake, wait_seconds: float) -> Iterator[None]:
    """Hold the lock of the one machine that builds; the server frees it when this process or its network dies.

    Raises LakeBusy when another keeps it for longer than `wait_seconds`, and as `opened` does.
    """
    from psycopg import errors

    with opened(lake) as con:
        # 0 would mean: for ever.
        con.execute(f"set lock_timeout = '{max(1, int(wait_seconds * 1000))}ms'".encode())
        try:
            con.execute("select pg_advisory_lock(%s)", (BUILDER_LOCK,))
        except errors.LockNotAvailable:
            raise LakeBusy(builder(con) or "another machine") from None
        con.execute(
            "insert into gpuhour_lake.builder values (true, pg_backend_pid(), %s, now()) on conflict (is_one) "
            "do update set backend = excluded.backend, who = excluded.who, since = excluded.since",
            (here(),),
        )
        yield


def is_builder(con: Server[tuple[Any, ...]]) -> bool:
    """Return whether this process still holds the builder's lock: a broken connection frees it unnoticed."""
    return builder(con).startswith(f"{here()} ")
