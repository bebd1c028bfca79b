"""Says what the archive stores and when it was last seen, and lets the bytes of old pages go; their records stay."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from scrapers.fetching import page_bodies
from scrapers.fetching.archive import Archive, Draft
from scrapers.fetching.page_bodies import Note
from scrapers.model import Page

_RECORD = re.compile(r"[\d_]+-([0-9a-f]{8})-[0-9a-f]{8}\.json")
_BESIDE = re.compile(r"\d+-([0-9a-f]{8})\.body\.gz")  # as archives of 0.2 and before have them
_ORPHANED = 86400.0  # seconds after which bytes without a record were left by a kill


@dataclass(slots=True)
class StoredBody:
    """One content as it is stored: its files (several names of one file in older archives) and its packed size."""

    provider: str
    key: str  # its SHA-256, or the first eight digits of it
    paths: list[Path] = field(default_factory=list)
    bytes: int = 0
    last_on: date = date.min  # UTC day of the last response that had it
    wholes: tuple[str, ...] = ()  # of lines that were kept: the contents they are of


def stored_bodies(home: Path) -> list[StoredBody]:
    """Return all contents of an archive, the longest unseen first. Reads names, sizes and notes, and no record."""
    bodies = [body for folder in sorted((home / "pages").glob("[!.]*")) for body in _of_provider(folder)]
    return sorted(bodies, key=lambda body: (body.last_on, body.provider, body.key))


def _of_provider(folder: Path) -> Iterator[StoredBody]:
    last_on: dict[str, date] = {}
    beside: dict[str, list[Path]] = defaultdict(list)
    for day in sorted(folder.glob("????-??-??")):
        for path in day.iterdir():
            if record := _RECORD.fullmatch(path.name):
                last_on[record[1]] = date.fromisoformat(day.name)
            elif body := _BESIDE.fullmatch(path.name):
                beside[body[1]].append(path)
    for key, paths in beside.items():
        sizes = {stat.st_ino: stat.st_size for stat in (path.stat() for path in paths)}
        yield StoredBody(folder.name, key, paths, sum(sizes.values()), last_on.get(key, date.min))
    wholes: dict[str, list[str]] = defaultdict(list)
    for note in page_bodies.notes(folder).values():
        if note.state == "lines":
            wholes[note.lines_sha256].append(note.sha256)
    for path in sorted((folder / page_bodies.FOLDER).glob(f"*{page_bodies.SUFFIX}")):
        key = path.name.removesuffix(page_bodies.SUFFIX)
        days = [last_on[sha[:8]] for sha in (key, *wholes[key]) if sha[:8] in last_on]
        stat = path.stat()
        if days or time.time() - stat.st_mtime > _ORPHANED:
            seen_on = max(days, default=date.min)
            yield StoredBody(folder.name, key, [path], stat.st_size, seen_on, tuple(wholes[key]))


def page_of(archive: Archive, body: StoredBody) -> Page | None:
    """Return the newest page with a content that is stored whole; None where no record names it."""
    pages = archive.pages(body.provider, body.last_on) if body.last_on > date.min else []
    return next((page for page in reversed(pages) if page.kept == "whole" and page.path in body.paths), None)


def remove(archive: Archive, body: StoredBody, why: str) -> bool:
    """Remove a content's bytes and note why; return whether it was done: not where it was seen again meanwhile."""
    folder = archive.home / "pages" / body.provider
    with page_bodies.locked(archive.home):
        if _is_seen_again(folder, body):
            return False
        for sha256 in body.wholes or _hashes(archive, body):
            page_bodies.add_note(folder, Note(sha256, "removed", datetime.now(UTC).isoformat(), why))
        for path in body.paths:
            path.unlink(missing_ok=True)
    return True


def keep_lines(archive: Archive, body: StoredBody, page: Page, lines: Draft, why: str) -> bool:
    """Put the lines that were read of a list in its place; return whether it was done, as `remove` does."""
    folder = archive.home / "pages" / body.provider
    with page_bodies.locked(archive.home):
        if _is_seen_again(folder, body):
            return False
        archive.store(lines, body.provider)
        at = datetime.now(UTC).isoformat()
        page_bodies.add_note(folder, Note(page.sha256, "lines", at, why, lines.sha256))
        for path in body.paths:
            path.unlink(missing_ok=True)
    return True


def keep_whole(archive: Archive, page: Page, why: str) -> None:
    """Note that a list cannot be cut down, so that nobody tries again."""
    folder = archive.home / "pages" / page.provider
    page_bodies.add_note(folder, Note(page.sha256, "whole", datetime.now(UTC).isoformat(), why))


def _is_seen_again(folder: Path, body: StoredBody) -> bool:
    days = [day for day in folder.glob("????-??-??") if date.fromisoformat(day.name) > body.last_on]
    keys = {sha256[:8] for sha256 in (body.key, *body.wholes)}
    return any(any(day.glob(f"*-{key}-*.json")) for day in days for key in keys)


def _hashes(archive: Archive, body: StoredBody) -> set[str]:
    """Return the SHA-256 of a stored content; of one beside its record, as that says. None for what no record names."""
    if len(body.key) == 64:
        return {body.key} if body.last_on > date.min else set()
    days = {path.parent.name for path in body.paths}
    pages = [page for day in days for page in archive.pages(body.provider, date.fromisoformat(day))]
    return {page.sha256 for page in pages if page.path in body.paths}
