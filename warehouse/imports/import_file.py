"""Lands a file of the long format: rows are judged one by one, the good ones land together, once."""

from __future__ import annotations

import hashlib
import logging
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from scrapers.model import clip
from warehouse.imports import long_format
from warehouse.imports.csv_records import Fault, Unreadable, file_sha256
from warehouse.imports.open_source import open_rows
from warehouse.paths import SEEDS
from warehouse.storage.connection import Connection, DatabaseError, in_memory, one_thread, quoted, roomy
from warehouse.storage.files import locked, replacing
from warehouse.storage.landing import OFFER_TYPES, PAGE_TYPES
from warehouse.storage.state_dir import Home

log = logging.getLogger("gpuhour.import")
PARSER_VERSION = "import-1"  # part of the landing id: rows that a later version parses differently land again
SHOWN = 20  # faults shown at once; the file of rejected rows has all
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
# A row group holds long runs of a series, in which zstd finds what repeats; larger ones would take a third more memory.
_PARQUET = "format parquet, compression zstd, compression_level 9, row_group_size 250000, write_bloom_filter false"


# SQL: a description of the row, to find it by: a row number says little in a Parquet file.
_ABOUT = (
    "concat_ws(' ', nullif(provider, ''), coalesce(nullif(instance, ''), gpu_name_raw), nullif(region, ''), "
    "nullif(date, ''), nullif(left(source_commit, 12), ''))"
)


@dataclass(frozen=True, slots=True)
class Imported:
    """The result of importing a file's rows."""

    landing_id: str
    rows: int = 0  # of the file, without the header
    landed: int = 0  # rows that were written now
    rejected: int = 0  # rows that could not be loaded
    known: bool = False  # whether the same file landed before under this name
    counted_by: str = "row"
    faults: tuple[tuple[Fault, str], ...] = ()  # the first SHOWN, each with a description of its row
    rejected_file: Path | None = None
    ignored: tuple[str, ...] = ()  # unused columns


def check_name(home: Home, name: str) -> str:
    """Check the name of an import, the prefix of its sources. Raises ValueError for an ambiguous one.

    A name that a scraped source bears would let a file's rows pose as what that provider's own page said.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name: use small letters, digits, '_', '.', '-', beginning with no mark")
    taken = f"select source from read_csv('{quoted(SEEDS / 'source_ranks.csv')}')"  # noqa: S608 -- our own path
    if any((home.landing / "pages").glob("*/*.parquet")):
        files = quoted(home.landing / "pages" / "*" / "*.parquet")
        taken += f" union select source from read_parquet('{files}') where origin <> 'imported'"  # noqa: S608
    with in_memory() as con:
        sources = {source for (source,) in con.execute(taken).fetchall()}
    if name in ("seed", "backfill") or name in sources:
        raise ValueError(f"{name!r} is a source that gpuhour reads itself: give the import another name")
    return name


@contextmanager
def only_importer(home: Home) -> Iterator[Path]:
    """Yield an empty working folder while no other import runs; leftovers of a killed import are removed.

    The kernel frees the lock when the process dies.
    """
    with locked(home.locks / "import.lock"):
        for part in home.landing.glob("*/import-*/*.part"):
            part.unlink()
        room = home.imports / "work"
        shutil.rmtree(room, ignore_errors=True)
        room.mkdir(parents=True)
        try:
            yield room
        finally:
            shutil.rmtree(room, ignore_errors=True)


def land_file(home: Home, path: Path, name: str, room: Path) -> Imported:
    """Land the rows of a file under a checked name; call it inside `only_importer`, with its folder.

    Raises Unreadable (nothing can be loaded; the message says why), OSError and DatabaseError (disk).
    """
    if not path.exists():
        raise Unreadable("does not exist")
    sha256 = file_sha256(path)
    landing_id = hashlib.sha256(f"{PARSER_VERSION} {name} {sha256}".encode()).hexdigest()[:16]
    if any((home.landing / "pages" / f"import-{name}").glob(f"*-{landing_id}.parquet")):
        return Imported(landing_id, known=True)
    with roomy(room) as con, one_thread(con):
        con.execute("set memory_limit = '600MB'")  # the build that follows takes no more either
        log.info("reading %s", path.name)
        opened = open_rows(con, path, room)
        rejected, faults, rejected_file = _judge(con, home, landing_id)
        landed = _count(con, "typed")
        if not landed + rejected:
            raise Unreadable("holds no rows")
        if landed:
            log.info("landing %s rows", f"{landed:,}")
            _land(con, home, name, landing_id, sha256, clip(path.name))
    return Imported(
        landing_id, landed + rejected, landed, rejected,
        counted_by=opened.counted_by, faults=faults, rejected_file=rejected_file, ignored=opened.ignored,
    )  # fmt: skip


def _count(con: Connection, table: str) -> int:
    count: int = con.execute(f"select count(*) from {table}").fetchall()[0][0]  # noqa: S608 -- our own tables
    return count


def _judge(con: Connection, home: Home, landing_id: str) -> tuple[int, tuple[tuple[Fault, str], ...], Path | None]:
    """Make `typed` of loadable rows; return the number of others, their first faults, and the file of all faults."""
    items = ", ".join(long_format.OF_ITEMS)
    try:
        # Of millions of rows, some thousand things have prices: they are read and judged once.
        distinct = f"select distinct {items} from raw"  # noqa: S608 -- our own columns, here and below
        con.execute(f"create table items as select row_number() over () as item, * from ({distinct})")  # noqa: S608
        lines = ", ".join(f"raw.{column}" for column in ("row", *long_format.OF_LINES))
        con.execute(f"create view lines as select items.item, {lines} from raw join items using ({items})")  # noqa: S608
        con.execute(f"create table typed_lines as {long_format.typed_lines()}")
        con.execute(f"create table typed_items as {long_format.typed_items()}")
        con.execute("create view judged as from typed_lines join typed_items using (item)")
    except DatabaseError as broken:
        if "No space left" in str(broken):
            raise
        raise Unreadable(f"cannot be read to its end: {str(broken).splitlines()[0]}") from broken
    for column, reason, condition in long_format.rules():
        is_of_items = column not in long_format.OF_LINES
        if is_of_items and not con.execute(f"select 1 from typed_items where {condition} limit 1").fetchall():  # noqa: S608
            continue
        con.execute(
            f'insert into faults select "row", ?, {column}, ?, {_ABOUT} from judged where {condition}',  # noqa: S608
            [column, reason],
        )
    con.execute('create view good_lines as from typed_lines anti join faults using ("row")')
    con.execute("create view typed as from good_lines join typed_items using (item)")
    rejected: int = con.execute('select count(distinct "row") from faults').fetchall()[0][0]
    if not rejected:
        return 0, (), None
    faults = con.execute('from faults order by "row", "column", reason limit ?', [SHOWN]).fetchall()
    shown = tuple((Fault(row, column, clip(value), why), clip(about)) for row, column, value, why, about in faults)
    return rejected, shown, write_rejected(con, home, landing_id)


def write_rejected(con: Connection, home: Home, landing_id: str) -> Path:
    """Write the table `faults` beside the landing, for a person to read; return the file."""
    home.imports.mkdir(parents=True, exist_ok=True)
    file = home.imports / f"{landing_id}-rejected.csv"
    safe = ", ".join(
        rf"if(regexp_matches({c}, '^[=+\-@\t\r]'), chr(39), '') || "
        f"left(regexp_replace({c}, '{long_format.STEERING}', ' ', 'g'), 200) as {c}"
        for c in ("value", "about")
    )  # formulas get an apostrophe: the cells are untrusted
    listed = f'select * replace ({safe}) from faults order by "row", "column", reason'  # noqa: S608 -- our own
    con.execute(f"copy ({listed}) to '{quoted(file)}' (format csv, header true)")
    return file


def _land(con: Connection, home: Home, name: str, landing_id: str, sha256: str, detail: str) -> None:
    """Write offers, then pages: offers count only with their page, so a kill in between lands nothing half."""
    newest: datetime = con.execute(f"select max({long_format.SEEN_AT}) from typed").fetchall()[0][0]  # noqa: S608
    file = f"{newest.astimezone(UTC):%Y-%m-%dT%H%M%SZ}-{landing_id}.parquet"
    con.execute(f"create table offered_items as {long_format.offered_items(name)}")
    pages = long_format.pages(name, landing_id, sha256, quoted(detail), PARSER_VERSION)
    for kind, query, types in (
        ("offers", long_format.offers(landing_id), OFFER_TYPES),
        ("pages", pages, PAGE_TYPES),
    ):
        _copy(con, query, types, home.landing / kind / f"import-{name}" / file)


def _copy(con: Connection, query: str, types: dict[str, str], path: Path) -> None:
    """Write a query's rows as Parquet: under its name a file is whole."""
    casts = ", ".join(f"{column}::{kind} as {column}" for column, kind in types.items())
    with replacing(path) as part:
        con.execute(f"copy (select {casts} from ({query})) to '{quoted(part)}' ({_PARQUET})")  # noqa: S608


def with_faults(
    home: Home, room: Path, landed: Imported, faults: Sequence[tuple[Fault, str]], ignored: tuple[str, ...]
) -> Imported:
    """Return the result of a CSV of which these cells could not be loaded; all of them are kept in a file.

    faults: each with what its row is about.
    """
    rejected = len({fault.row for fault, _ in faults})
    with roomy(room) as con:
        file = _keep(con, home, landed.landing_id, faults) if faults else None
    return replace(
        landed, rows=landed.rows + rejected, rejected=rejected, counted_by="line", faults=tuple(faults[:SHOWN]),
        rejected_file=file, ignored=ignored,
    )  # fmt: skip


def _keep(con: Connection, home: Home, landing_id: str, faults: Sequence[tuple[Fault, str]]) -> Path:
    con.execute('create table faults ("row" bigint, "column" varchar, value varchar, reason varchar, about varchar)')
    con.executemany(
        "insert into faults values (?, ?, ?, ?, ?)",
        [[fault.row, fault.column, fault.value, fault.reason, about] for fault, about in faults],
    )
    return write_rejected(con, home, landing_id)
