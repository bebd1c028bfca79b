"""Keeps a state folder and a lake alike: hands over what was landed and archived here, brings what others landed.

Files are immutable and named by what they hold, so both ways are a comparison of names. What the catalog does not
name does not exist: bytes that a killed process left behind are never read.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from warehouse.storage import lake_catalog, lake_database, lake_ledger, lake_objects
from warehouse.storage.files import locked, replacing
from warehouse.storage.lake_catalog import LakeFile
from warehouse.storage.lake_database import Publication
from warehouse.storage.lake_objects import Objects
from warehouse.storage.state_dir import Home, Lake

if TYPE_CHECKING:
    from psycopg import Connection as Server

log = logging.getLogger("gpuhour.lake")
# The folders of landing, each with one folder a provider or list; attempts before the rows that count with them.
KINDS = (
    "pages", "offers", "rates", "hosted_scrapes", "hosted_prices", "throughput_scrapes", "throughput_rows",
)  # fmt: skip
_LANDING = [f"landing/{kind}" for kind in KINDS]
_CLOSE = 1_000_000  # nanoseconds; not every file system keeps them all
FAILURES = (
    *lake_catalog.FAILURES, lake_catalog.LakeMismatch, lake_objects.ObjectsError, lake_database.LakeDatabaseError,
)  # fmt: skip


class Facts(NamedTuple):
    """Which facts of the lake a state folder was brought up to."""

    n_landed: int
    ledger_version: int


class Summary(NamedTuple):
    """Facts about a lake and what it shows; publication and what follows are None where nothing is published."""

    place: str
    files: str
    landing_files: int
    archived_files: int
    bytes: int
    ledger_version: int
    builder: str | None
    publication: int | None
    build_id: str | None
    built_at: datetime | None
    published_at: datetime | None
    landed_since: int | None  # files of landing that the publication does not show


def summary(lake: Lake) -> Summary:
    """Return what a lake holds and shows."""
    with lake_catalog.opened(lake) as con, lake_objects.objects(lake) as store:
        n_landed, n_archived, size = lake_catalog.totals(con)
        with lake_database.opened(lake, store) as tables:
            newest = lake_database.newest_publication(tables)
        shown = (
            (newest.number, newest.build_id, newest.built_at, newest.published_at, n_landed - newest.n_landed)
            if newest
            else (None,) * 5
        )
        return Summary(
            lake_catalog.place_of(lake), lake.files, n_landed, n_archived, size, lake_ledger.version(con),
            lake_catalog.builder(con) or None, *shown,
        )  # fmt: skip


def pull(home: Home, lake: Lake) -> Publication | None:
    """Make this folder's published file and ledger the lake's; return the publication, None where there is none."""
    with lake_catalog.opened(lake) as con, lake_objects.objects(lake) as store:
        lake_ledger.bring(con, home)
        return lake_database.bring_published(home, lake, store)


def begin_scrape(home: Home, lake: Lake, slug: str, day: date | None = None) -> None:
    """Bring what a scrape reads: a provider's earlier landings, people's decisions, and of a past day its pages."""
    with lake_catalog.opened(lake) as con, lake_objects.objects(lake) as store:
        lake_ledger.bring(con, home)
        _bring(con, store, home, [f"landing/{kind}/{slug}/" for kind in KINDS])
        if day:
            _bring_pages(con, store, home, slug, day)


def end_scrape(home: Home, lake: Lake, slug: str) -> None:
    """Hand over a provider's landings and archived pages that the lake has not."""
    folders = [f"landing/{kind}/{slug}" for kind in KINDS]
    with lake_catalog.opened(lake) as con, lake_objects.objects(lake) as store:
        _hand_over(con, store, home, [*folders, f"pages/{slug}"])


def begin_build(home: Home, lake: Lake) -> Facts:
    """Make this folder's landing, ledger and published file the lake's, once what only it has landed is handed over.

    The published file too: a build says of the indices what it replaces.
    """
    with lake_catalog.opened(lake) as con, lake_objects.objects(lake) as store:
        _hand_over(con, store, home, _LANDING)
        # Counted before the files are listed: what comes in between is built, and counted by the next.
        facts = Facts(lake_catalog.n_landed(con), lake_ledger.bring(con, home))
        _bring(con, store, home, ["landing/"])
        lake_database.bring_published(home, lake, store)
    with replacing(home.lake_notes / "facts.json", is_durable=False) as part:
        part.write_text(json.dumps(facts._asdict()))
    return facts


def facts_of_build(home: Home) -> Facts:
    """Return the facts that the last build here was made from."""
    return Facts(**json.loads((home.lake_notes / "facts.json").read_text()))


def hand_over_all(home: Home, lake: Lake) -> int:
    """Hand over all landings and archived pages of this folder; return how many files were new to the lake."""
    with lake_catalog.opened(lake) as con, lake_objects.objects(lake) as store:
        return _hand_over(con, store, home, [*_LANDING, "pages"])


def _hand_over(con: Server[tuple[Any, ...]], store: Objects, home: Home, folders: Sequence[str]) -> int:
    """Store files that the catalog does not name, then name them, all at once."""
    held = lake_catalog.files(con, [f"{folder}/" for folder in folders])
    new = []
    for name, path in _local(home, folders):
        if name in held:
            continue
        try:
            file = lake_objects.describe(path, name)
            store.put(path, file.object)
        except FileNotFoundError:  # tidied meanwhile
            continue
        new.append(file)
    if new:
        lake_catalog.add(con, new)
        log.info("%d files handed over to the lake", len(new))
    return len(new)


def _local(home: Home, folders: Iterable[str]) -> Iterator[tuple[str, Path]]:
    """Yield the whole files below these folders with their names in the lake.

    Whatever rests on another file is listed before it, against the order in which a scrape writes (attempts before
    their rows, records of pages before their bytes): so what it rests on is listed too, even while somebody scrapes.
    """
    for folder in folders:
        for pattern in ("**/*.parquet", "**/????-??-??/*.json", "**/bodies/*.zst"):
            for path in sorted((home.root / folder).glob(pattern)):
                name = path.relative_to(home.root)
                if not any(part.startswith(".") for part in name.parts):  # drafts
                    yield name.as_posix(), path


def _bring(con: Server[tuple[Any, ...]], store: Objects, home: Home, prefixes: Sequence[str]) -> None:
    held = lake_catalog.files(con, prefixes)
    absent = [file for file in held.values() if not _is_here(home.root / file.name, file)]
    if absent:
        with locked(home.locks / "lake.lock"):  # workers may share a state folder
            _fetch(store, home, absent)


def _fetch(store: Objects, home: Home, absent: Iterable[LakeFile]) -> None:
    for file in sorted(absent):
        path = home.root / file.name
        if not _is_here(path, file):
            lake_objects.bring(store, file, path)


def _is_here(path: Path, file: LakeFile) -> bool:
    """Return whether a file is here as the lake has it: of two that were landed under one name, its is the one."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return False
    return stat.st_size == file.size and abs(stat.st_mtime_ns - file.mtime_ns) < _CLOSE


def _bring_pages(con: Server[tuple[Any, ...]], store: Objects, home: Home, slug: str, day: date) -> None:
    """Bring a provider's archived pages of a day: the records, then the bytes that they name."""
    folder = f"pages/{slug}/{day}/"
    _bring(con, store, home, [folder])
    bodies = set()
    for record in (home.root / folder).glob("*.json"):
        bodies.add((record.parent / json.loads(record.read_text(encoding="utf-8"))["file"]).resolve())
    names = [path.relative_to(home.root.resolve()).as_posix() for path in sorted(bodies)]
    if names:
        _bring(con, store, home, names)
