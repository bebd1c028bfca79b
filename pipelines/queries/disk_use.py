"""Measures how much each part of the state folder takes, and extrapolates what a year of it will."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pipelines import settings
from pipelines.queries import keep_limits
from warehouse.storage.files import replacing
from warehouse.storage.state_dir import Home

RECENT = 30  # days that growth is measured over
_KEPT = 400  # days of measurements that are kept


@dataclass(frozen=True, slots=True)
class PartUse:
    """Bytes on the disk of a part of the state folder, today and in a year; None where its growth is not known yet."""

    part: str
    bytes: int
    in_a_year: int | None
    basis: str  # how growth was measured


def _paths(home: Home) -> dict[str, list[Path]]:
    """Return the files and folders of each part, in the order of the table."""
    runs = settings.dagster_folder(home)
    warehouse = [home.warehouse.with_name(home.warehouse.name + end) for end in ("", ".wal")]
    parts = {
        "landing": [home.landing], "pages": [home.pages],
        "warehouse": [*warehouse, home.warehouse.with_suffix(".damaged")],
        "published": [home.published], "exports": [home.exports], "report": [home.report],
        "run history": [runs / name for name in ("history", "schedules")], "logs": [runs / "storage"],
        "ledger": [home.ledger, home.duckdb_ledger],
    }  # fmt: skip
    named = {path for paths in parts.values() for path in paths} | {runs}
    parts["other"] = [path for path in home.root.glob("*") if path not in named]
    return parts


def measure(home: Home) -> dict[str, int]:
    """Return bytes on the disk by part."""
    return {part: sum(_size(path) for path in paths) for part, paths in _paths(home).items()}


def _size(path: Path) -> int:
    """Return the bytes that files take on the disk; a second name of the same file takes none."""
    inodes: dict[int, int] = {}
    for stat in _stats(path):
        inodes[stat.st_ino] = stat.st_blocks * 512
    return sum(inodes.values())


def _stats(path: Path) -> Iterator[os.stat_result]:
    if not path.is_dir():
        if path.is_file():
            yield path.stat()
        return
    for root, _, names in os.walk(path, followlinks=True):  # a part may lie on another disk
        for name in names:
            try:
                yield Path(root, name).stat()
            except FileNotFoundError:  # replaced meanwhile
                continue


def record(home: Home, day: date) -> None:
    """Note how much each part takes on a UTC day; the last note of a day counts."""
    lines = {**_noted(home), day: measure(home)}
    recent = sorted(d for d in lines if d > day - timedelta(days=_KEPT))
    with replacing(home.disk_use) as part:
        part.write_text("".join(json.dumps({"day": str(d), "bytes": lines[d]}) + "\n" for d in recent))


def _noted(home: Home) -> dict[date, dict[str, int]]:
    if not home.disk_use.is_file():
        return {}
    noted: dict[date, dict[str, int]] = {}
    for line in home.disk_use.read_text(encoding="utf-8").splitlines():
        try:
            facts = json.loads(line)
            noted[date.fromisoformat(facts["day"])] = {part: int(n) for part, n in facts["bytes"].items()}
        except (ValueError, KeyError, TypeError, AttributeError):
            continue  # another version's, or damaged: it is only a measurement
    return noted


def forecast(home: Home, today: date | None = None) -> list[PartUse]:
    """Return each part's bytes, and those in a year at the growth of the last RECENT days. Raises UsageError."""
    day, now = today or datetime.now(UTC).date(), measure(home)
    noted = {d: sizes for d, sizes in _noted(home).items() if day - timedelta(days=RECENT) <= d < day}
    limit = keep_limits.limit(keep_limits.PAGES).bytes
    return [_use(home, part, size, noted, day, limit) for part, size in now.items()]


def _use(
    home: Home, part: str, size: int, noted: Mapping[date, Mapping[str, int]], day: date, limit: int | None
) -> PartUse:
    first = min((d for d, sizes in noted.items() if part in sizes), default=None)
    if first is not None:
        days = (day - first).days
        per_day, basis = (size - noted[first][part]) / days, f"growth of {_days(days)}"
    elif part in ("landing", "pages") and (days := _days_of_pages(home)):
        per_day, basis = size / days, f"all of {_days(days)}"
    else:
        return PartUse(part, size, None, "not known before a second day")
    in_a_year = size + max(0, round(365 * per_day))
    if part == "pages" and limit is not None and in_a_year > limit:
        in_a_year, basis = max(size, limit), f"{basis}, up to {keep_limits.PAGES}"
    return PartUse(part, size, in_a_year, basis)


def _days(count: int) -> str:
    return "one day" if count == 1 else f"{count} days"


def _days_of_pages(home: Home) -> int:
    return len({folder.name for folder in home.pages.glob("*/????-??-??")})


def free_bytes(home: Home) -> int:
    """Return the free bytes of the disk that the state folder is on."""
    return shutil.disk_usage(home.root).free


def amount(size: int) -> str:
    """Return bytes for people: 12 MB, 3.4 GB."""
    for unit, name in ((10**12, "TB"), (10**9, "GB"), (10**6, "MB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size / 1000:.0f} kB"
