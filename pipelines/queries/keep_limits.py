"""Reads the settings that say how much of what grows is kept: by age, by size, by both, or all of it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.errors import UsageError

PAGES, LISTS, RUNS = "GPUHOUR_KEEP_PAGES", "GPUHOUR_KEEP_LISTS", "GPUHOUR_KEEP_RUNS"
DEFAULTS = {PAGES: "15GB", LISTS: "14d", RUNS: "60d"}
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
_BYTES = {"MB": 10**6, "GB": 10**9, "TB": 10**12}


@dataclass(frozen=True, slots=True)
class Keep:
    """Limits on what is kept; None is no limit."""

    days: int | None = None
    bytes: int | None = None

    def oldest(self, today: date) -> date:
        """Return the first UTC day that is kept."""
        return date.min if self.days is None else today - timedelta(days=min(self.days, today.toordinal() - 1))


def limit(variable: str) -> Keep:
    """Return the limits that one of DEFAULTS' variables sets. Raises UsageError, with what may stand there."""
    return read(variable, os.environ.get(variable, "").strip() or DEFAULTS[variable])


def check() -> None:
    """Raise UsageError where a variable cannot be read: before a refresh that would only find out at its end."""
    for variable in DEFAULTS:
        limit(variable)


def read(variable: str, text: str) -> Keep:
    """Return the limits that a text states for a variable. Raises UsageError, with what may stand there."""
    if text.lower() == "all":
        return Keep()
    has_size = variable == PAGES
    limits: dict[str, int] = {}
    for stated in text.split(","):
        age = re.fullmatch(r"([0-9]{1,5})([dwmy])", stated.strip().lower())
        size = re.fullmatch(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)([MGT]B)", stated.strip().upper()) if has_size else None
        if age and int(age[1]) and "days" not in limits:
            limits["days"] = int(age[1]) * _DAYS[age[2]]
        elif size and float(size[1]) and "bytes" not in limits:
            limits["bytes"] = int(float(size[1]) * _BYTES[size[2]])
        else:
            sizes = ", a size (20GB, 500MB), both (400d,20GB)" if has_size else ""
            raise UsageError(f"{variable}={text!r}: it may be an age (90d, 12w, 6m, 2y){sizes}, or all")
    return Keep(**limits)
