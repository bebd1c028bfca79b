"""Knows the landing files that a month was merged into: which files each stands for, and whether it has a landing.

A month's file bears the names and stamps of its parts in itself. So there is no moment at which a row counts twice or
not at all: from its last rename on it stands for its parts, whether they are removed already or not.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from warehouse.storage.connection import quoted, scratch

PARTS = "gpuhour_parts"  # the key in a Parquet file's metadata: {file name: size and modification time}
# Rows count with the attempt of the same name, which is written after them: folder of rows -> folder of attempts.
ATTEMPTS_OF = {"offers": "pages", "hosted_prices": "hosted_scrapes", "throughput_rows": "throughput_scrapes"}
PART_NAME = re.compile(r"(\d{4}-\d{2})-\d{2}T\d{6}Z-([0-9a-f]{16})\.parquet")
MONTH_NAME = re.compile(r"(\d{4}-\d{2})\.[0-9a-f]{16}\.parquet")


def parts_of(path: Path) -> Mapping[str, str]:
    """Return the files that a month's file stands for: name -> size and modification time at the merge."""
    stat = path.stat()
    return _parts_of(path, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=4096)
def _parts_of(path: Path, _size: int, _changed: int) -> Mapping[str, str]:
    with scratch() as con:
        rows = con.execute(
            f"select decode(value) from parquet_kv_metadata('{quoted(path)}') where decode(key) = ?",  # noqa: S608 -- ours
            [PARTS],
        ).fetchall()
    return dict(json.loads(rows[0][0])) if rows else {}


def visible(folder: Path, names: Iterable[str]) -> list[str]:
    """Return the names, <provider>/<file> below a kind's folder, without parts that a month's file stands for.

    A month's file of rows is none yet before that of its attempts is there: then the parts count.
    """
    attempts = folder.with_name(ATTEMPTS_OF.get(folder.name, folder.name))
    listed = [name for name in names if not _is_month(name) or (attempts / name).exists()]
    merged: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in listed:
        provider, _, file = name.rpartition("/")
        if month := MONTH_NAME.fullmatch(file):
            merged[provider, month[1]].append(name)
    hidden: set[str] = set()
    for name in listed if merged else ():
        provider, _, file = name.rpartition("/")
        part = PART_NAME.fullmatch(file)
        for month_file in merged.get((provider, part[1]), ()) if part else ():
            if file in parts_of(folder / month_file):
                hidden.add(name)
    return [name for name in listed if name not in hidden]


def _is_month(name: str) -> bool:
    return MONTH_NAME.fullmatch(name.rpartition("/")[2]) is not None


def holder(part: Path) -> Path | None:
    """Return the file that has a landing, by the name that it was landed under: itself, or its month's; else None."""
    if part.exists():
        return part
    name = PART_NAME.fullmatch(part.name)
    months = sorted(part.parent.glob(f"{name[1]}.*.parquet")) if name else []
    return next((month for month in months if part.name in parts_of(month)), None)


def holders(folder: Path, landing_id: str) -> list[Path]:
    """Return the files of a provider's folder that have a landing: one of its own, or a month's."""
    if own := list(folder.glob(f"*-{landing_id}.parquet")):
        return own
    months = (path for path in folder.glob("*.parquet") if MONTH_NAME.fullmatch(path.name))
    return [month for month in months if any(part.endswith(f"-{landing_id}.parquet") for part in parts_of(month))]


def renamed(landing: Path, built_from: Mapping[str, str], files: Mapping[str, str]) -> dict[str, str]:
    """Return what a build was made from, under the names of today: of parts that were merged since, the month's file.

    built_from, files: <kind>/<provider>/<file> -> size and modification time. A month's file of which a part is not in
    `built_from`, or was touched before the merge, is left as news.
    """
    names = dict(built_from)
    for name, stamp in files.items():
        folder, _, file = name.rpartition("/")
        if name not in names and MONTH_NAME.fullmatch(file):
            parts = {f"{folder}/{part}": was for part, was in parts_of(landing / name).items()}
            if parts and all(names.get(part) == was for part, was in parts.items()):
                for part in parts:
                    del names[part]
                names[name] = stamp
    return names
