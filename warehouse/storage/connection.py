"""Opens and closes DuckDB: in memory, the warehouse under its writer's lock, the published file read-only."""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb

from warehouse.paths import MODELS
from warehouse.storage.files import LockHeld, locked, replacing
from warehouse.storage.fork_copy import ForkCopy
from warehouse.storage.state_dir import Home, Lake

log = logging.getLogger("gpuhour.connection")
Connection = duckdb.DuckDBPyConnection
COMPACT_FROM = 64 * 2**20  # bytes of free room that are worth a copy
SMALL = 64 * 2**20  # bytes of a database whose queries are over before a second thread is of use
DatabaseError = duckdb.Error  # for callers that report it and need nothing else of duckdb


class WarehouseBusy(Exception):
    """Another process is building."""


class WarehouseDamaged(Exception):
    """The warehouse could not be read and was set aside; the message says so, and what to do."""


class OutdatedDatabase(duckdb.Error):
    """The published database lacks what this version reads; the message says by which it was built, and what to do."""


class NothingPublished(Exception):
    """There is no published database yet; the message says how to make one."""


def quoted(text: Path | str) -> str:
    """Escape a path or text for an SQL string literal, where SQL takes no bound parameter (COPY, COMMENT)."""
    return str(text).replace("'", "''")


def _settle(con: Connection) -> Connection:
    con.execute("set TimeZone = 'UTC'")  # dates are UTC days wherever the reader sits
    # DuckDB knows no size of tables made in the same transaction: it would run as-of joins on them row by row.
    con.execute("set asof_loop_join_threshold = 0")
    con.execute("set preserve_insertion_order = true")
    # It would keep a copy of every file that is read, and takes a damaged one for its replacement of the same second.
    con.execute("set enable_external_file_cache = false")
    # To try it on every column is a fifth of what a checkpoint takes; files without it are hardly larger.
    con.execute("set disabled_compression_methods = 'fsst'")
    con.execute("set enable_progress_bar = false")  # in what DuckDB takes for a notebook it would draw on stdout
    return con


@contextmanager
def in_memory() -> Iterator[Connection]:
    """Yield a private database in memory."""
    con = _settle(duckdb.connect())
    try:
        with without_pandas():
            yield con
    finally:
        con.close()


def for_forks() -> Connection:
    """Open a private database in memory that a fork of this process may go on with, in a copy of its own.

    It has no threads beside the caller's: a fork would miss them. Nobody may ask it anything while one is made.
    """
    return _settle(duckdb.connect(config={"threads": 1}))


_scratch: dict[tuple[int, str], Connection] = {}  # by process: a fork cannot use what its parent opened


@contextmanager
def scratch(purpose: str = "") -> Iterator[Connection]:
    """Yield a connection for a query that leaves nothing behind: no table, no variable, no attached file.

    To open a database of its own, as `in_memory` does, takes ten milliseconds. With a purpose it is one that the
    process keeps for that: only what serves the next user too may stay in it.
    """
    key = os.getpid(), purpose
    if key not in _scratch:
        _scratch[key] = duckdb.connect(config={"threads": 1})
    con = _settle(_scratch[key].cursor())
    try:
        with without_pandas():
            yield con
    finally:
        con.close()


@contextmanager
def beside(con: Connection) -> Iterator[Connection]:
    """Yield another connection to the same database, for another thread: it sees what was committed."""
    other = _settle(con.cursor())
    try:
        yield other
    finally:
        other.close()


def spare_threads(con: Connection, file: Path) -> None:
    """Let queries of a small database run on their caller's thread: more cost a quarter more CPU time, and time too."""
    if file.stat().st_size <= SMALL:
        con.execute("set threads = 1")


@contextmanager
def one_thread(con: Connection) -> Iterator[None]:
    """Let statements inside run on their caller's thread, as fits what is done file by file."""
    ((before,),) = con.execute("select current_setting('threads')").fetchall()
    con.execute("set threads = 1")
    try:
        yield
    finally:
        con.execute(f"set threads = {before}")


@contextmanager
def planned_as_written(con: Connection) -> Iterator[None]:
    """Let statements inside be run as written: of few rows, to improve long ones takes longer than it saves."""
    ((names,),) = con.execute(
        "select string_agg(name, ',') from duckdb_optimizers() where name not in ('cte_inlining', 'unused_columns')"
    ).fetchall()
    con.execute(f"set disabled_optimizers = '{names}'")
    try:
        yield
    finally:
        con.execute("reset disabled_optimizers")


@contextmanager
def roomy(folder: Path) -> Iterator[Connection]:
    """Yield a private database in memory that spills what exceeds 2 GB to a folder; the caller removes that."""
    with in_memory() as con:
        con.execute("set memory_limit = '2GB'")
        con.execute(f"set temp_directory = '{quoted(folder / 'spilled')}'")
        yield con


@contextmanager
def writer_lock(home: Home, wait_seconds: float = 600) -> Iterator[None]:
    """Hold the lock of the one process that builds and publishes; with a lake, of all machines.

    Raises WarehouseBusy when another process keeps it for longer than `wait_seconds`.
    """
    try:
        with locked(home.locks / "build.lock", wait_seconds):
            if not home.lake:
                yield
                return
            with _only_builder(home.lake, wait_seconds):
                yield
    except LockHeld as held:
        raise WarehouseBusy(
            f"{home.warehouse} is being built by process {held.holder or '?'}; waited {wait_seconds:.0f} s. "
            "Try again when it has ended."
        ) from held


@contextmanager
def _only_builder(lake: Lake, wait_seconds: float) -> Iterator[None]:
    from warehouse.storage import lake_catalog

    try:
        with lake_catalog.builder_lock(lake, wait_seconds):
            yield
    except lake_catalog.LakeBusy as busy:
        raise WarehouseBusy(
            f"the lake is being built by {busy.holder}; waited {wait_seconds:.0f} s. Try again when it has ended"
        ) from busy


@contextmanager
def warehouse(home: Home) -> Iterator[Connection]:
    """Yield the warehouse, read-write. Take `writer_lock` first.

    A damaged one is set aside, since all in it is made again from facts: at once where it cannot even be opened, else
    when what the caller reads fails; then it raises WarehouseDamaged.
    """
    home.root.mkdir(parents=True, exist_ok=True)
    try:
        con = duckdb.connect(str(home.warehouse))
    except duckdb.Error as failed:
        if not _is_damage(failed, home):
            raise
        log.warning("%s", _set_aside(home, failed))
        con = duckdb.connect(str(home.warehouse))
    try:
        if _is_sparse(con):  # known only now: DuckDB counts what a build freed when the file is opened again
            con.close()
            _compact(home)
            con = duckdb.connect(str(home.warehouse))
        _settle(con)
        # What exceeds it is spilled beside the file, to <warehouse>.tmp. A process takes up to twice as much.
        con.execute("set memory_limit = '2GB'")
        with without_pandas():
            yield con
    except duckdb.Error as failed:
        if not _is_damage(failed, home):
            raise
        con.close()
        raise WarehouseDamaged(f"{_set_aside(home, failed)}. Run it again") from failed
    finally:
        con.close()


def _is_sparse(con: Connection) -> bool:
    """Return whether most of the file is room that a build freed: DuckDB keeps it, and never gives it back."""
    columns = "block_size, used_blocks, free_blocks"
    query = f"select {columns} from pragma_database_size() where database_name = current_database()"  # noqa: S608 -- ours
    block_size, used, free = con.execute(query).fetchall()[0]
    return bool(free > used and free * block_size > COMPACT_FROM)


def _compact(home: Home) -> None:
    """Write the warehouse anew without its free room, under its name only when whole."""
    before = home.warehouse.stat().st_size
    try:
        with in_memory() as con, replacing(home.warehouse, is_durable=False) as part:
            con.execute(f"attach '{quoted(home.warehouse)}' as sparse (read_only)")
            con.execute(f"attach '{quoted(part)}' as dense")
            con.execute("copy from database sparse to dense")
            con.execute("detach sparse")
            con.execute("detach dense")
    except (duckdb.Error, OSError) as failed:  # a full disk: the sparse file serves as well
        log.warning("%s stays as large as it is (%d MB): %s", home.warehouse, before // 10**6, failed)
        return
    log.info("%s: %d MB instead of %d", home.warehouse, home.warehouse.stat().st_size // 10**6, before // 10**6)


def _is_damage(failed: duckdb.Error, home: Home) -> bool:
    message = str(failed)
    if not isinstance(failed, duckdb.IOException):  # DuckDB 2 has no kind of its own for it; others begin with theirs
        return message.startswith("Corrupt database file")
    unreadable = "not a valid DuckDB database file" in message or "Could not read enough bytes" in message
    return "Corrupt database file" in message or (unreadable and str(home.warehouse) in message)


def _set_aside(home: Home, failed: duckdb.Error) -> str:
    aside = home.warehouse.with_suffix(".damaged")
    home.warehouse.replace(aside)
    home.warehouse.with_name(home.warehouse.name + ".wal").unlink(missing_ok=True)
    reason = str(failed).splitlines()[0]
    return f"{home.warehouse} was damaged ({reason}) and is now {aside.name}; all in it is made again from facts"


def nothing_published(home: Home) -> NothingPublished:
    """Return the error for a missing published database."""
    return NothingPublished(
        f"no published database at {home.published}: run `make demo` (sample pages, no network) "
        "or `make refresh` (live), or set GPUHOUR_HOME to where one is"
    )


@contextmanager
def published(home: Home) -> Iterator[Connection]:
    """Yield the published database, read-only, with file access and extensions locked off: readers' SQL is not trusted.

    Raises NothingPublished when there is none, OutdatedDatabase where a query fails on one of an older version.
    """
    if not home.published.exists():
        raise nothing_published(home)
    if before := _opened_before_fork(home.published):
        with without_pandas(), explaining_age(before, home):
            yield before
        return
    con = for_reading(home.published)
    try:
        with without_pandas(), explaining_age(con, home):
            yield con
    finally:
        con.close()


_open_for_forks: ForkCopy[tuple[Path, int, int, int]] = ForkCopy()  # of which file


def keep_open_for_forks(home: Home) -> None:
    """Have the published file open for forks of this process: to open it takes forty milliseconds.

    Each fork's first use of `published` gets it as a copy that nobody else sees: call this before each fork, and it is
    opened again where another file was published since. A use of `published` by this process itself closes it.
    """
    with suppress(OSError, duckdb.Error):  # whoever asks a question is told
        file = _identity(home.published)
        _open_for_forks.keep(file, lambda: _settle(_open_on_one_thread(home.published)))


def _open_on_one_thread(path: Path) -> Connection:
    return duckdb.connect(str(path), read_only=True, config={"threads": 1})


def _opened_before_fork(path: Path) -> Connection | None:
    """Return the connection for a fork's own use; where this is no fork, close it.

    DuckDB would take a file that is open for any other that stands under its path by now.
    """
    con = _open_for_forks.take(lambda file: file[0] == path)
    if con is None:
        _open_for_forks.drop()
        return None
    if path.stat().st_size > SMALL:
        con.execute("reset threads")
    return _locked_off(con)


def _identity(path: Path) -> tuple[Path, int, int, int]:
    stat = path.stat()
    return path, stat.st_ino, stat.st_mtime_ns, stat.st_size


def for_reading(path: Path) -> Connection:
    """Open a published file for a reader's own questions, read-only, with file access and extensions locked off."""
    return _locked_off(_for_our_reading(path))


def _locked_off(con: Connection) -> Connection:
    con.execute("set search_path = 'v1,marts,main'")
    con.execute("set enable_external_access = false")
    con.execute("set lock_configuration = true")
    return con


def _for_our_reading(path: Path) -> Connection:
    con = _settle(open_read_only(path))
    spare_threads(con, path)
    con.execute("set search_path = 'v1,marts,main'")
    return con


def records(cursor: Connection) -> list[dict[str, Any]]:
    """Return the rows of an executed query, each by its columns' names."""
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@contextmanager
def published_with_files(home: Home, room: Path) -> Iterator[Connection]:
    """Yield the published database, read-only, for SQL of ours that also reads a user's files.

    room: a folder for what exceeds 2 GB of memory; the caller removes it. Raises as `published` does.
    """
    if not home.published.exists():
        raise nothing_published(home)
    con = _for_our_reading(home.published)
    try:
        con.execute("set memory_limit = '2GB'")
        con.execute(f"set temp_directory = '{quoted(room / 'spilled')}'")
        with without_pandas(), explaining_age(con, home):
            yield con
    finally:
        con.close()


@contextmanager
def explaining_age(con: Connection, home: Home) -> Iterator[None]:
    """Raise OutdatedDatabase in place of an error that comes from an older version's tables."""
    try:
        yield
    except (duckdb.BinderException, duckdb.CatalogException) as failed:
        if why := outdated(con):
            raise OutdatedDatabase(f"{home.published} is {why}, which rebuilds it from the same facts") from failed
        raise


def outdated(con: Connection) -> str:
    """Return of which older version a published database is, and what to do; empty where it is of today's."""
    stated = re.search(r"'([\d.]+)' as schema_version", (MODELS / "core" / "meta.sql").read_text(encoding="utf-8"))
    try:
        (built_by,) = con.execute("select schema_version from v1.meta").fetchall()[0]
    except (duckdb.Error, IndexError):
        return ""
    if stated is None or _parts(built_by) >= _parts(stated[1]):
        return ""
    return f"of an older version (schema {built_by}, now {stated[1]}): run `gpuhour refresh`"


def _parts(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


@contextmanager
def without_pandas() -> Iterator[None]:
    """Keep DuckDB from importing pandas while inside, unless it is there already.

    DuckDB imports it to look at any bound parameter: a quarter of a second, which nobody should wait for who has no
    frames.
    """
    is_ours = "pandas" not in sys.modules
    sys.modules.setdefault("pandas", None)  # type: ignore[arg-type]
    try:
        yield
    finally:
        if is_ours and sys.modules.get("pandas", is_ours) is None:  # another thread may have been here meanwhile
            del sys.modules["pandas"]


def open_read_only(path: Path) -> Connection:
    """Open a DuckDB file read-only."""
    return duckdb.connect(str(path), read_only=True)
