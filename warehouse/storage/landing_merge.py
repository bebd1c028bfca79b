"""Merges the small landing files of past months into one file a provider and month, with every row as it was landed."""

from __future__ import annotations

import hashlib
import json
import logging
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from warehouse.storage.connection import Connection, quoted, scratch
from warehouse.storage.files import locked, replacing
from warehouse.storage.landing import landed
from warehouse.storage.month_files import ATTEMPTS_OF, MONTH_NAME, PART_NAME, PARTS, parts_of
from warehouse.storage.state_dir import Home

_LOCKS = {"hosted_scrapes": "hosted.lock", "throughput_scrapes": "throughput.lock"}
_SETTLED = timedelta(days=2)  # after its end a month is still written to by refreshes that run over midnight
FEWEST = 4  # files that are worth one
LARGEST = 8 << 20  # bytes; larger files gain nothing
log = logging.getLogger("gpuhour.landing")


class MergeDiffers(Exception):
    """A merged file does not have the rows of its parts; it was removed, and the parts are there."""


@dataclass(frozen=True, slots=True)
class Merge:
    """Files to merge: of one provider and month and of one layout, each there in both kinds."""

    rows_kind: str
    attempts_kind: str
    provider: str
    month: str
    parts: tuple[str, ...]  # file names, in order
    bytes: int  # of both kinds

    @property
    def name(self) -> str:
        """The name of the month's file: sorted before the parts that come later."""
        return f"{self.month}.{hashlib.sha256(chr(10).join(self.parts).encode()).hexdigest()[:16]}.parquet"

    def folder(self, home: Home, kind: str) -> Path:
        """Return the folder of the files of a kind."""
        return home.landing / kind / self.provider


def merges(home: Home, today: date, set_aside: Collection[str] = ()) -> list[Merge]:
    """Return what can be merged: months that ended, with a few files at least.

    Args:
        home: The state folder.
        today: UTC day.
        set_aside: Landing files of pages, <provider>/<file>, that no build can be made from: they stay alone.
    """
    return [merge for kinds in ATTEMPTS_OF.items() for merge in _merges(home, *kinds, today, set_aside)]


def _merges(home: Home, rows_kind: str, attempts_kind: str, today: date, set_aside: Collection[str]) -> Iterator[Merge]:
    open_from = f"{today - _SETTLED:%Y-%m}"
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in landed(home, attempts_kind):
        provider, _, file = name.rpartition("/")
        part = PART_NAME.fullmatch(file)
        if part and part[1] < open_from and name not in set_aside and not provider.startswith("import-"):
            groups[provider, part[1]].append(file)
    for (provider, month), files in groups.items():
        if len(files) < FEWEST:
            continue
        with scratch() as con:
            for alike in _alike(con, home, rows_kind, attempts_kind, provider, files):
                if len(alike) >= FEWEST:
                    paths = [home.landing / kind / provider / f for kind in (rows_kind, attempts_kind) for f in alike]
                    total = sum(path.stat().st_size for path in paths)
                    yield Merge(rows_kind, attempts_kind, provider, month, tuple(alike), total)


def _alike(
    con: Connection, home: Home, rows_kind: str, attempts_kind: str, provider: str, files: Sequence[str]
) -> list[list[str]]:
    """Return files by the columns and types that they have: none is changed to be like one of another version."""
    layouts: dict[Any, list[str]] = defaultdict(list)
    for file in sorted(files):
        pair = [home.landing / kind / provider / file for kind in (rows_kind, attempts_kind)]
        if all(path.exists() and path.stat().st_size <= LARGEST for path in pair):
            layouts[tuple(str(_layout(con, path)) for path in pair)].append(file)
    return list(layouts.values())


def _layout(con: Connection, path: Path) -> list[tuple[Any, ...]]:
    query = f"describe from read_parquet('{quoted(path)}')"
    return [(name, kind) for name, kind, *_ in con.execute(query).fetchall()]


def merge_all(home: Home, wanted: Sequence[Merge]) -> int:
    """Merge files, one month after the other; return the bytes that this freed. Take `writer_lock` first.

    A kill at any moment loses no row and counts none twice; the next call removes what it left.

    Raises:
        MergeDiffers: A merged file has other rows than its parts.
        OSError, DatabaseError: The disk is full, or a file cannot be read; what was merged before stays merged.
    """
    freed = 0
    with ExitStack() as stack:
        for lock in _LOCKS.values():  # their landings read those before them
            stack.enter_context(locked(home.locks / lock))
        _remove_leftovers(home)
        for merge in wanted:
            freed += _merge(home, merge)
    return freed


def _merge(home: Home, merge: Merge) -> int:
    paths = [merge.folder(home, kind) / merge.name for kind in (merge.rows_kind, merge.attempts_kind)]
    for path in paths:  # the attempts last: with them the month's files count, and the parts no more
        _write(path, [path.parent / part for part in merge.parts])
    _remove_parts(paths)
    return merge.bytes - sum(path.stat().st_size for path in paths)


def _write(path: Path, parts: Sequence[Path]) -> None:
    stamps = {part.name: f"{(stat := part.stat()).st_size} {stat.st_mtime_ns}" for part in parts}
    files = ", ".join(f"'{quoted(part)}'" for part in parts)
    note = quoted(json.dumps(stamps))
    with replacing(path) as written, scratch() as con:
        con.execute("set threads = 1")  # rows in the order of their files
        options = f"format parquet, compression zstd, write_bloom_filter false, kv_metadata {{{PARTS}: '{note}'}}"
        con.execute(f"copy (from read_parquet([{files}])) to '{quoted(written)}' ({options})")
        if _digest(con, f"'{quoted(written)}'") != _digest(con, f"[{files}]"):
            raise MergeDiffers(f"{path} would not have the rows of the {len(parts)} files it was made of")


def _digest(con: Connection, files: str) -> tuple[int, int]:
    query = f"select count(*), coalesce(sum(hash(rows)::hugeint), 0) from read_parquet({files}) as rows"  # noqa: S608
    count, total = con.execute(query).fetchall()[0]
    return count, total


def _remove_parts(months: Sequence[Path]) -> None:
    for month in months:
        for part in parts_of(month):
            (month.parent / part).unlink(missing_ok=True)


def _remove_leftovers(home: Home) -> None:
    """Finish what a kill left: parts that a month's file stands for, and rows of a month without its attempts."""
    for part in home.landing.glob("*/*/????-??.*.parquet.*.part"):  # of killed merges: the lock keeps others out
        part.unlink()
    for rows_kind, attempts_kind in ATTEMPTS_OF.items():
        for path in (home.landing / rows_kind).glob("*/*.parquet"):
            if MONTH_NAME.fullmatch(path.name):
                attempts = home.landing / attempts_kind / path.parent.name / path.name
                if attempts.exists():
                    _remove_parts([path, attempts])
                else:
                    path.unlink()
