"""Keeps the state folder small: past months of landing in one file each, old lists cut down, old pages removed."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from pipelines.ingest import tidy_pages
from pipelines.queries import disk_use, keep_limits
from warehouse.engine.fingerprint import fingerprint
from warehouse.storage import landing_merge
from warehouse.storage.connection import WarehouseBusy, writer_lock
from warehouse.storage.files import LockHeld, locked
from warehouse.storage.ledger import files_set_aside
from warehouse.storage.state_dir import Home

COLUMNS = ("part", "done", "count", "bytes_freed", "detail")
_WAIT = 5.0  # seconds for somebody who builds
AT_ONCE = 100  # months that are merged and lists that are cut down by one call: years of them take some days
log = logging.getLogger("gpuhour.tidy")


@dataclass(frozen=True, slots=True)
class Tidied:
    """A step, how many files or pages it concerned, and the bytes that it freed; None before it was done."""

    part: str
    done: str
    count: int
    bytes_freed: int | None
    detail: str = ""

    def row(self) -> tuple[object, ...]:
        """Return a row of COLUMNS."""
        return self.part, self.done, self.count, self.bytes_freed, self.detail


class NothingTidied(Exception):
    """Another process tidies or backs up; the message says so."""


def tidy_home(home: Home, today: date | None = None, *, is_rehearsal: bool = False) -> list[Tidied]:
    """Do what the settings ask for; cheap where there is nothing to do.

    Args:
        home: The state folder.
        today: UTC day; by default the present one.
        is_rehearsal: Change nothing, and say what would be done.

    Raises:
        UsageError: A setting cannot be read; nothing was done.
        NothingTidied: Another process tidies or backs up.
        OSError, FetchError, DatabaseError, LedgerError: The disk is full, or a file cannot be read.
    """
    day = today or datetime.now(UTC).date()
    limits = {name: keep_limits.limit(name) for name in keep_limits.DEFAULTS}
    try:
        with locked(home.locks / "tidy.lock", 0):
            steps = [
                _landing(home, day, is_rehearsal),
                _lists(home, limits[keep_limits.LISTS], day, is_rehearsal),
                _pages(home, limits[keep_limits.PAGES], day, is_rehearsal),
            ]
            if not is_rehearsal:
                disk_use.record(home, day)
            return steps
    except LockHeld as held:
        raise NothingTidied(f"{home.root} is being tidied or backed up by process {held.holder or '?'}") from held


def quietly(home: Home) -> list[Tidied]:
    """Tidy after a refresh, whose outcome this cannot change: what fails is logged, and tried again by the next."""
    try:
        return tidy_home(home)
    except Exception as failed:
        log.warning("not tidied: %s", failed)
        return []


def _landing(home: Home, today: date, is_rehearsal: bool) -> Tidied:
    if home.lake:
        return Tidied("landing", "merged", 0, 0, "a lake keeps its files as they landed")
    all_wanted = landing_merge.merges(home, today, files_set_aside(home, fingerprint()))
    wanted = all_wanted[:AT_ONCE]
    n_files = sum(2 * len(merge.parts) for merge in wanted)
    detail = "; ".join(filter(None, [f"into {2 * len(wanted)}" if wanted else "", _waiting(all_wanted, "months")]))
    if is_rehearsal or not wanted:
        return Tidied("landing", "merged", n_files, None if wanted else 0, detail)
    try:
        with writer_lock(home, _WAIT):
            freed = landing_merge.merge_all(home, wanted)
    except WarehouseBusy as busy:
        return Tidied("landing", "merged", 0, 0, f"put off: {busy}")
    return Tidied("landing", "merged", n_files, freed, detail)


def _lists(home: Home, keep: keep_limits.Keep, today: date, is_rehearsal: bool) -> Tidied:
    all_bodies = tidy_pages.long_lists(home, keep, today)
    bodies = all_bodies[:AT_ONCE]
    count, freed = (len(bodies), None) if is_rehearsal and bodies else tidy_pages.cut_down(home, bodies)
    left = len(bodies) - count
    detail = "; ".join(filter(None, [f"{left} stay whole" if left else "", _waiting(all_bodies, "lists")]))
    return Tidied("pages", "cut to the lines that were read", count, freed, detail)


def _waiting(wanted: Sequence[object], unit: str) -> str:
    return f"{len(wanted) - AT_ONCE} more {unit} wait for the next time" if len(wanted) > AT_ONCE else ""


def _pages(home: Home, keep: keep_limits.Keep, today: date, is_rehearsal: bool) -> Tidied:
    bodies = list(tidy_pages.outdated(home, keep, today))
    detail = f"last seen from {bodies[0][0].last_on} to {bodies[-1][0].last_on}" if bodies else ""
    if is_rehearsal and bodies:
        return Tidied("pages", "removed", len(bodies), sum(body.bytes for body, _ in bodies), detail)
    count, freed = tidy_pages.remove(home, bodies)
    return Tidied("pages", "removed", count, freed, detail)
