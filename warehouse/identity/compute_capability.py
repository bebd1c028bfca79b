"""Says which GPUs have a CUDA compute capability within bounds."""

from __future__ import annotations

import csv
from functools import cache

from warehouse.paths import SEEDS


@cache
def _capabilities() -> dict[str, tuple[int, int]]:
    with (SEEDS / "compute_capabilities.csv").open(newline="") as stream:
        return {row["gpu"]: parsed(row["capability"]) for row in csv.DictReader(stream)}


def parsed(text: str) -> tuple[int, int]:
    """Return "8.6" as (8, 6). Raises ValueError for what is no capability."""
    major, dot, minor = text.strip().partition(".")
    if not (major.isdecimal() and (minor.isdecimal() if dot else not minor)):
        raise ValueError(f"{text!r} is no compute capability, such as 8.0")
    return int(major), int(minor or 0)


def with_capability(least: str | None, most: str | None) -> list[str]:
    """Return the GPUs within these bounds, by name; those whose capability is not on record are left out."""
    low, high = parsed(least or "0.0"), parsed(most) if most else (999, 0)
    return sorted(gpu for gpu, capability in _capabilities().items() if low <= capability <= high)
