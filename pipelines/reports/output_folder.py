"""Writes a site into a folder: unchanged files are left alone, and only files of an earlier report are removed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from pipelines.reports.render import hashed
from warehouse.storage.files import locked, replacing

_MANIFEST = ".gpuhour-report.json"
_STAMP = ".gpuhour-report.stamp"  # of the last whole build


class ForeignFolder(Exception):
    """The folder holds files that are not from a report; the message says what to do."""


class SiteFolder:
    """A folder being written, possibly by several threads. Paths are relative, with slashes."""

    def __init__(self, root: Path, earlier: dict[str, list[str | int]]) -> None:
        self.root, self.written = root, 0
        self._counting = Lock()
        self._before, self._now = earlier, dict[str, list[str | int]]()

    def put(self, path: str, key: str, make: Callable[[], bytes]) -> None:
        """Write a file from `make` unless its `key` is unchanged; equal keys mean equal bytes."""
        if not self._is_current(path, key):
            content = make()
            target = self._target(path)
            if not target.is_file() or target.read_bytes() != content:
                with replacing(target, is_durable=False) as part:
                    part.write_bytes(content)
                self._count()
            self._note(path, key)

    def put_bytes(self, path: str, content: bytes) -> None:
        """Write bytes that exist already."""
        self.put(path, hashed(content), lambda: content)

    def copy(self, path: str, key: str, write: Callable[[Path], object]) -> None:
        """Let `write` create a file at the path it is given; if it creates none, the site has none."""
        if not self._is_current(path, key):
            target = self._target(path)
            fresh = target.with_name(f"{target.name}.new")
            write(fresh)
            if not fresh.exists():
                return
            if target.is_file() and target.read_bytes() == fresh.read_bytes():
                fresh.unlink()
            else:
                fresh.replace(target)
                self._count()
            self._note(path, key)

    def finished(self, key: str) -> int | None:
        """Return how many pages a whole build under this key had, if all it put is here; else None."""
        stamp = self.root / _STAMP
        recorded = json.loads(stamp.read_text()) if stamp.is_file() else {}
        if recorded.get("key") != key or not all(
            self._is_current(path, str(self._before[path][0])) for path in self._before
        ):
            self._now.clear()
            return None
        return int(recorded["pages"])

    def stamp(self, key: str, pages: int) -> None:
        """Note the key of a build that put everything."""
        with replacing(self.root / _STAMP, is_durable=False) as part:
            part.write_text(json.dumps({"key": key, "pages": pages}) + "\n")

    def size(self, path: str) -> int:
        """Return the size of a file of the site in bytes."""
        return (self.root / path).stat().st_size

    @property
    def paths(self) -> list[str]:
        """Return every file of the site, sorted."""
        return sorted(self._now)

    def finish(self) -> None:
        """Remove files of an earlier build that this one does not have, and write the manifest."""
        for path in sorted(set(self._before) - set(self._now)):
            (self.root / path).unlink(missing_ok=True)
            for folder in (self.root / path).parents:
                if folder == self.root or any(folder.iterdir()):
                    break
                folder.rmdir()
        with replacing(self.root / _MANIFEST, is_durable=False) as part:
            part.write_text(json.dumps({path: self._now[path] for path in self.paths}, indent=0) + "\n")

    def _is_current(self, path: str, key: str) -> bool:
        if path in self._now:
            raise ValueError(f"{path} is written twice")
        entry, target = self._before.get(path), self.root / path
        if entry and entry[0] == key and target.is_file() and target.stat().st_size == entry[1]:
            self._now[path] = entry
            return True
        return False

    def _note(self, path: str, key: str) -> None:
        self._now[path] = [key, self.size(path)]

    def _target(self, path: str) -> Path:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def _count(self) -> None:
        with self._counting:
            self.written += 1


@contextmanager
def folder(root: Path) -> Iterator[SiteFolder]:
    """Yield a folder to write a site into, locked, and finish it. Raises ForeignFolder if it holds other files."""
    root.mkdir(parents=True, exist_ok=True)
    manifest = root / _MANIFEST
    foreign = [p.name for p in root.iterdir() if p.name != ".build.lock"]
    if foreign and not manifest.exists() and not _is_unfinished(root):
        raise ForeignFolder(
            f"{root} holds other files ({sorted(foreign)[0]} ...): name an empty folder or one of an earlier report"
        )
    with locked(root / ".build.lock"):
        earlier = json.loads(manifest.read_text()) if manifest.exists() else {}
        site = SiteFolder(root, earlier)
        yield site
        site.finish()


def _is_unfinished(root: Path) -> bool:
    """Return whether a first build was interrupted here: its lock exists, but no manifest yet."""
    return (root / ".build.lock").exists()
