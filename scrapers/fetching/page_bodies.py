"""Keeps the bytes of pages: each content once under its SHA-256, whatever the day, beside notes of what was let go.

`pages/<provider>/bodies/<sha256>.zst` holds one content, and `pages/<provider>/retention.jsonl` says which contents
were removed, which were cut down to the lines that a parser reads, and which could not be.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

FOLDER, SUFFIX, NOTES = "bodies", ".zst", "retention.jsonl"
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Note:
    """A note on a content: removed, cut down to the lines that were read, or kept whole since it cannot be."""

    sha256: str  # of the whole
    state: Literal["removed", "lines", "whole"]
    at: str  # ISO time, UTC
    why: str = ""
    lines_sha256: str = ""  # of the lines that were kept


def path_of(provider_folder: Path, sha256: str) -> Path:
    """Return where a content lies. Raises ValueError for what is no SHA-256: it would be a path."""
    if not _SHA256.fullmatch(sha256):
        raise ValueError(f"{sha256[:80]!r} is no SHA-256")
    return provider_folder / FOLDER / f"{sha256}{SUFFIX}"


def notes(provider_folder: Path) -> Mapping[str, Note]:
    """Return the last note of each content, by SHA-256."""
    file = provider_folder / NOTES
    try:
        stat = file.stat()
    except FileNotFoundError:
        return {}
    return _notes(file, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=64)
def _notes(file: Path, _changed: int, _size: int) -> Mapping[str, Note]:
    last: dict[str, Note] = {}
    for line in file.read_bytes().splitlines():
        try:
            note = Note(**json.loads(line))
            if all(isinstance(value, str) for value in asdict(note).values()):
                last[note.sha256] = note
        except (ValueError, TypeError):
            continue  # half a line that a kill left
    return last


def add_note(provider_folder: Path, note: Note) -> None:
    """Append a note, on the disk before this returns. Raises OSError."""
    with (provider_folder / NOTES).open("ab") as stream:
        # The line break comes first too: it ends a line that a kill left half.
        stream.write(b"\n" + json.dumps(asdict(note)).encode() + b"\n")
        stream.flush()
        os.fsync(stream.fileno())


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Hold the lock between those who record a content and those who remove one; held for moments only."""
    folder = home / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "pages.lock").open("a") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
