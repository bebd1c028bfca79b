"""Resolves provider names to slugs."""

from __future__ import annotations

import csv
from functools import cache

from warehouse.paths import SEEDS


@cache
def _aliases() -> dict[str, str]:
    with (SEEDS / "provider_aliases.csv").open(newline="") as stream:
        return {row["alias"]: row["provider"] for row in csv.DictReader(stream)}


def provider_slug(name: str) -> str:
    """Return a provider's slug ("Lambda Labs" -> "lambda"); an unlisted name is its own slug, in lower case."""
    key = " ".join(name.lower().split())
    return _aliases().get(key, key)


def known_providers() -> frozenset[str]:
    """Return the slugs of all providers that have names in seeds/provider_aliases.csv."""
    return frozenset(_aliases().values())
