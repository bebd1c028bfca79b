"""Limits requests to one at a time per host, over all threads and processes of this machine, with a pause between."""

from __future__ import annotations

import fcntl
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom
from typing import IO

_RANDOM = SystemRandom()


class RetryLater(Exception):
    """Raised while holding a host's lock when the host asked to wait: it is left alone for `seconds`."""

    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class HostLocks:
    """File locks, one per host, each holding the time before which no request may be sent (seconds of epoch)."""

    folder: Path
    interval: float
    jitter: float
    wait_max: float

    @contextmanager
    def take(self, host: str, delay: float = 0.0) -> Iterator[None]:
        """Wait for the host's lock, hold it, and leave at least `delay` and the configured interval after it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        pause = max(self.interval, delay) + _RANDOM.uniform(0, self.jitter)
        # A lock belongs to the open file, so it also keeps threads of one process apart; the system drops it on death.
        with (self.folder / f"{re.sub('[^a-z0-9.-]', '_', host)}.lock").open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self._sleep(file)
            try:
                yield
            except RetryLater as later:
                pause = max(pause, later.seconds)
                raise
            finally:
                file.truncate(0)
                file.write(f"{time.time() + pause:.3f}")
                file.flush()

    def _sleep(self, file: IO[str]) -> None:
        file.seek(0)
        try:
            wait = float(file.read(32)) - time.time()
        except ValueError:  # new, or left half written by a killed process
            return
        # A time far ahead was not written by us: the clock has been set back.
        if 0 < wait <= self.wait_max + self.interval + self.jitter:
            time.sleep(wait)
