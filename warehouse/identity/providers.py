"""A provider's slug from the names people use for it."""

from __future__ import annotations

import csv
from functools import cache

from warehouse.paths import SEEDS


@cache
def _aliases() -> dict[str, str]:
    with (SEEDS / "provider_aliases.csv").open(newline="") as stream:
        return {row["alias"]: row["provider"] for row in csv.DictReader(stream)}


def provider_slug(name: str) -> str:
    """As in "Lambda Labs" -> "lambda"; a name that the seed does not list is its own slug, lower case."""
    key = " ".join(name.lower().split())
    return _aliases().get(key, key)
