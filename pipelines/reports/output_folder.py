"""Puts a site into a folder: what did not change is not touched, and only what was ours is ever removed."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from pipelines.reports.render import hashed

_MANIFEST = ".gpuhour-report.json"


class NotOurs(Exception):
    """The folder holds something that is no site of ours; the message says what to do."""


class Folder:
    """A folder being written, by several threads if need be. Paths are relative, with slashes."""

    def __init__(self, root: Path, known: dict[str, list[str | int]]) -> None:
        self.root, self.written = root, 0
        self._counting = Lock()
        self._before, self._now = known, dict[str, list[str | int]]()

    def put(self, path: str, key: str, make: Callable[[], bytes]) -> None:
        """Have a file with these bytes; `key` is the same for the same bytes, and spares making them."""
        if not self._stands(path, key):
            content = make()
            target = self._target(path)
            if not target.is_file() or target.read_bytes() != content:
                part = target.with_name(f"{target.name}.part")
                part.write_bytes(content)
                self._replace(part, target)
            self._note(path, key)

    def have(self, path: str, content: bytes) -> None:
        """The same for bytes that are made already."""
        self.put(path, hashed(content), lambda: content)

    def copy(self, path: str, key: str, write: Callable[[Path], object]) -> None:
        """The same for what writes its file itself; what writes none has none."""
        if not self._stands(path, key):
            target = self._target(path)
            fresh = target.with_name(f"{target.name}.new")
            write(fresh)
            if not fresh.exists():
                return
            if target.is_file() and target.read_bytes() == fresh.read_bytes():
                fresh.unlink()
            else:
                self._replace(fresh, target)
            self._note(path, key)

    def size(self, path: str) -> int:
        """Bytes of a file that was put here."""
        return (self.root / path).stat().st_size

    @property
    def paths(self) -> list[str]:
        """Every file of the site, in order."""
        return sorted(self._now)

    def finish(self) -> None:
        """Remove what an earlier build left and this one does not have, and remember what there is."""
        for path in sorted(set(self._before) - set(self._now)):
            (self.root / path).unlink(missing_ok=True)
            for folder in (self.root / path).parents:
                if folder == self.root or any(folder.iterdir()):
                    break
                folder.rmdir()
        part = self.root / f"{_MANIFEST}.part"
        part.write_text(json.dumps({path: self._now[path] for path in self.paths}, indent=0) + "\n")
        part.replace(self.root / _MANIFEST)

    def _stands(self, path: str, key: str) -> bool:
        if path in self._now:
            raise ValueError(f"two things want to be {path}")
        known, target = self._before.get(path), self.root / path
        if known and known[0] == key and target.is_file() and target.stat().st_size == known[1]:
            self._now[path] = known
            return True
        return False

    def _note(self, path: str, key: str) -> None:
        self._now[path] = [key, self.size(path)]

    def _target(self, path: str) -> Path:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def _replace(self, part: Path, target: Path) -> None:
        part.replace(target)
        with self._counting:
            self.written += 1


@contextmanager
def folder(root: Path) -> Iterator[Folder]:
    """A folder to write a site into, alone; finished on leaving. Raises NotOurs for one with other things in it."""
    root.mkdir(parents=True, exist_ok=True)
    manifest = root / _MANIFEST
    strangers = [p.name for p in root.iterdir() if p.name != ".build.lock"]
    if strangers and not manifest.exists() and not _is_unfinished(root):
        raise NotOurs(
            f"{root} holds other things ({sorted(strangers)[0]} ...): name an empty folder, or an earlier report's"
        )
    with (root / ".build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write(str(os.getpid()))
        known = json.loads(manifest.read_text()) if manifest.exists() else {}
        found = Folder(root, known)
        yield found
        found.finish()


def _is_unfinished(root: Path) -> bool:
    """A first build was cut short here: its lock is there, and no manifest yet."""
    return (root / ".build.lock").exists()
