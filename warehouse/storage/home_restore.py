"""Restores a backup into a home: all of it is unpacked and checked by its hashes before anything is moved in."""

from __future__ import annotations

import fnmatch
import hashlib
import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from warehouse.storage.connection import writer_lock
from warehouse.storage.home_backup import MANIFEST, OWN_FILES, Contents
from warehouse.storage.state_dir import Home

_KEPT = ("locks", "lost+found", "replaced-*", "restore-*.part")  # what an empty home may have, and no restore moves
_MANIFEST_BYTES = 5_000  # at most, for each file: its name and its hash


class BadBackup(Exception):
    """The file is no backup, or is damaged; the message says how, and nothing was restored."""


class NotEmpty(Exception):
    """The home has files already; nothing was restored."""


def restore(home: Home, file: Path, *, is_forced: bool = False) -> Contents:
    """Move a backup's files into a home.

    Args:
        home: The state folder; it is made where there is none.
        file: What `back_up` wrote.
        is_forced: Whether a home that has files may be restored into: they are moved to its folder replaced-<time>.

    Raises:
        BadBackup: The file is no backup, is damaged, or needs more space than there is.
        NotEmpty: The home has files, and `is_forced` is false.
        WarehouseBusy: Another process is building.
        OSError: A file cannot be read or written.
    """
    with _opened(file) as tar, writer_lock(home, wait_seconds=0):
        there = _entries(home)
        if there and not is_forced:
            raise NotEmpty(f"{home.root} is not empty: it has {', '.join(sorted(path.name for path in there)[:5])}")
        members = _members(tar, file)
        needed, free = sum(member.size for member in members), shutil.disk_usage(home.root).free
        if needed > free:
            raise BadBackup(f"{file} needs {needed:,} bytes, and {home.root} has {free:,} left")
        staging = home.root / f"restore-{os.getpid()}.part"
        try:
            tar.extractall(staging, members, filter="data")
            contents = _checked(staging, members, _manifest(staging, file), file)
            _move(home, staging, there)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    return contents


@contextmanager
def _opened(file: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(file, "r:") as tar:  # never compressed: a small file cannot unpack to a large one
            yield tar
    except (tarfile.TarError, EOFError) as damaged:
        raise BadBackup(f"{file} is no backup, or is damaged: {damaged}") from damaged


def _entries(home: Home) -> list[Path]:
    return [path for path in home.root.iterdir() if not any(fnmatch.fnmatch(path.name, kept) for kept in _KEPT)]


def _members(tar: tarfile.TarFile, file: Path) -> list[tarfile.TarInfo]:
    """Return the files of a backup. Whatever else a tar file can hold is refused."""
    members = tar.getmembers()
    for member in members:
        is_file = (member.isreg() and not member.issparse()) or member.islnk()
        if not is_file or not (member.name == MANIFEST or _is_ours(member.name)):
            raise BadBackup(f"{file} has {member.name!r}, which no backup has")
    if len({member.name for member in members}) < len(members):
        raise BadBackup(f"{file} has two files of one name")
    manifest = next((member for member in members if member.name == MANIFEST), None)
    if manifest is None or not manifest.isreg() or manifest.size > _MANIFEST_BYTES * len(members):
        raise BadBackup(f"{file} has no {MANIFEST}: it is no backup, or was cut off")
    return members


def _is_ours(name: str) -> bool:
    steps = name.split("/")
    if any(step in ("", ".", "..") for step in steps):
        return False
    home = Home(Path())
    if len(steps) > 1 and steps[0] in {path.name for path in (home.landing, home.pages, home.imports)}:
        return True
    own = (*OWN_FILES, home.ledger.name)
    return any(len(steps) == len(like.split("/")) and fnmatch.fnmatchcase(name, like) for like in own)


def _manifest(staging: Path, file: Path) -> dict[str, Any]:
    try:
        hashes = json.loads((staging / MANIFEST).read_bytes())["files"]
    except (ValueError, KeyError, TypeError) as damaged:
        raise BadBackup(f"{file} is damaged: its {MANIFEST} cannot be read") from damaged
    if not isinstance(hashes, dict):
        raise BadBackup(f"{file} is damaged: its {MANIFEST} lists no files")
    return hashes


def _checked(staging: Path, members: list[tarfile.TarInfo], hashes: dict[str, Any], file: Path) -> Contents:
    """Compare what was unpacked with the manifest, and count it."""
    names = {member.name for member in members} - {MANIFEST}
    if odd := sorted(names ^ set(hashes)):
        raise BadBackup(f"{file} is damaged: {odd[0]} is only in the manifest, or only beside it")
    contents, by_inode = Contents(), {}
    for member in members:
        if member.name != MANIFEST:
            path = staging / member.name
            inode = path.stat().st_ino  # many pages are hard links to one
            if inode not in by_inode:
                with path.open("rb") as stream:
                    by_inode[inode] = hashlib.file_digest(stream, "sha256").hexdigest()
            if by_inode[inode] != hashes[member.name]:
                raise BadBackup(f"{file} is damaged: the bytes of {member.name} differ from their hash")
            contents.add(member.name, member.size)
    return contents


def _move(home: Home, staging: Path, there: list[Path]) -> None:
    if there:
        replaced = home.root / f"replaced-{datetime.now(UTC):%Y-%m-%dT%H%M%S}Z"
        replaced.mkdir()
        for path in there:
            path.rename(replaced / path.name)
    (staging / MANIFEST).unlink()
    for path in sorted(staging.iterdir()):
        path.rename(home.root / path.name)
