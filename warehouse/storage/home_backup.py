"""Writes what cannot be made again into one tar file: landing, archived pages, the ledger, and files of one's own.

It may run beside a refresh: landing and pages are never changed once they have their name but by whoever tidies, who
leaves it for later while a backup is made, and the ledger is copied by SQLite itself. The ledger comes last, so that it
has recorded whatever became of the landing before it.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import sqlite3
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import IO

from warehouse.storage import ledger
from warehouse.storage.files import locked, replacing
from warehouse.storage.state_dir import Home

MANIFEST = "manifest.json"
OWN_FILES = ("alerts.yaml", "*.csv", "dagster/dagster.yaml")
_UNFINISHED = (".part", ".tmp")


@dataclass(slots=True)
class Contents:
    """Files and bytes of a backup by their first folder, or by their name where they lie in none."""

    files: Counter[str] = field(default_factory=Counter)
    bytes: Counter[str] = field(default_factory=Counter)

    def add(self, name: str, size: int) -> None:
        """Count a file; a second name of the same bytes has size 0."""
        part = name.partition("/")[0]
        self.files[part] += 1
        self.bytes[part] += size


def back_up(home: Home, file: Path, *, with_pages: bool = True) -> Contents:
    """Write a backup of a home; the file appears whole or not at all.

    Args:
        home: The state folder.
        file: The tar file to make or replace. It is not compressed: pages and landing are already.
        with_pages: Whether archived pages are kept. Without them prices stay, but no day can be parsed again.

    Raises:
        LedgerError: The ledger cannot be read.
        OSError: A file cannot be read or written.
    """
    contents = Contents()
    hashes: dict[str, str] = {}
    with (
        locked(home.locks / "tidy.lock"),
        replacing(file) as part,
        tarfile.open(part, "w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for name, path in _facts(home, with_pages):
            _add(tar, name, path, contents, hashes)
        if home.ledger.exists() or home.duckdb_ledger.exists():
            with tempfile.TemporaryDirectory(dir=part.parent) as folder:
                copied = Path(folder) / home.ledger.name
                _copy_ledger(home, copied)
                _add(tar, home.ledger.name, copied, contents, hashes)
        manifest = {"gpuhour": version("gpuhour"), "made_at": int(time.time()), "files": hashes}
        _add_bytes(tar, MANIFEST, json.dumps(manifest, indent=0).encode())
    return contents


def _facts(home: Home, with_pages: bool) -> Iterator[tuple[str, Path]]:
    """Yield names in the backup and their files.

    Whatever rests on another file comes before it, against the order in which a scrape writes: what is landed before
    the archived page, in the landing the scrape before its offers (by name, backwards), and in the archive the records
    before the bytes (`bodies` comes last of a provider's folders). So all of it is there.
    """
    for folder in (home.landing, home.imports, *([home.pages] if with_pages else [])):
        for root, folders, names in os.walk(folder, followlinks=True):  # a folder may lie on another disk
            names_of_folders = (name for name in folders if not name.startswith("."))  # drafts
            folders[:] = sorted(names_of_folders, key=lambda name: (name != "bodies", name), reverse=True)
            for name in sorted(names):
                path = Path(root) / name
                if not name.endswith(_UNFINISHED):
                    yield path.relative_to(home.root).as_posix(), path
    for pattern in OWN_FILES:
        for path in sorted(home.root.glob(pattern)):
            if path.is_file() and not path.is_symlink():  # dagster.yaml is a link to the checkout's, unless one's own
                yield path.relative_to(home.root).as_posix(), path


def _add(tar: tarfile.TarFile, name: str, path: Path, contents: Contents, hashes: dict[str, str]) -> None:
    try:
        stream = path.open("rb")
    except FileNotFoundError:  # pages may be pruned meanwhile
        return
    with stream:
        member = tar.gettarinfo(arcname=name, fileobj=stream)  # a hard link where the same bytes are in it already
        member.uid = member.gid = 0
        member.uname = member.gname = ""
        hashed = _Hashed(stream)
        tar.addfile(member, hashed if member.isreg() else None)
        hashes[name] = hashed.digest.hexdigest() if member.isreg() else hashes[member.linkname]
        contents.add(name, member.size)


def _add_bytes(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mtime = len(content), int(time.time())
    tar.addfile(member, io.BytesIO(content))


class _Hashed:
    """A stream that hashes what is read from it, so that the manifest is of the very bytes in the backup."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.digest, self._stream = hashlib.sha256(), stream

    def read(self, size: int = -1) -> bytes:
        """Read and hash."""
        chunk = self._stream.read(size)
        self.digest.update(chunk)
        return chunk


def _copy_ledger(home: Home, path: Path) -> None:
    with ledger.opened(home, is_writing=False) as con, closing(sqlite3.connect(path)) as copied:
        con.backup(copied)
