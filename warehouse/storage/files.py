"""Locks between processes, and files that are written whole or not at all."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_POLL_SECONDS = 0.05


class LockHeld(Exception):
    """Another process holds the lock; `holder` is what it wrote into the file: its process id."""

    def __init__(self, path: Path, holder: str) -> None:
        super().__init__(f"{path} is held by process {holder or '?'}")
        self.holder = holder


@contextmanager
def locked(path: Path, wait_seconds: float | None = None) -> Iterator[None]:
    """Hold a lock file while inside; the kernel frees it when the process dies.

    Args:
        path: The lock file; its folder is made.
        wait_seconds: How long to wait for it; None for as long as it takes.

    Raises:
        LockHeld: Another process kept it for longer than `wait_seconds`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as stream:
        _acquire(stream.fileno(), path, wait_seconds)
        stream.seek(0)
        stream.truncate()
        stream.write(str(os.getpid()))
        stream.flush()
        yield


def _acquire(handle: int, path: Path, wait_seconds: float | None) -> None:
    if wait_seconds is None:
        fcntl.flock(handle, fcntl.LOCK_EX)
        return
    give_up = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            if time.monotonic() >= give_up:
                raise LockHeld(path, path.read_text()[:32].strip()) from busy
            time.sleep(_POLL_SECONDS)
        else:
            return


@contextmanager
def replacing(path: Path, *, is_durable: bool = True) -> Iterator[Path]:
    """Yield a path to write to; on leaving, the file takes the place of `path`, and after an error it is removed.

    Args:
        path: The file to make or replace; its folder is made.
        is_durable: Whether the bytes must lie on the disk before the name does; not worth a wait for what can be made
            again.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    try:
        yield part
        if is_durable:
            with part.open("rb+") as stream:
                os.fsync(stream.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
