"""Discovers the providers, so that nobody edits a list: each module in scrapers/providers holds a PROVIDER."""

from __future__ import annotations

import csv
import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from scrapers import providers
from scrapers.model import Fact, Provider
from scrapers.providers import without_layout


@cache
def modules() -> dict[str, str]:
    """Map each slug to its module's name, sorted, without importing any parser.

    A module named after a keyword ends in an underscore (lambda_). One that begins with an underscore is no provider.
    """
    names = {
        m.name.rstrip("_"): f"{providers.__name__}.{m.name}"
        for m in pkgutil.iter_modules(providers.__path__)
        if not m.name.startswith("_") and m.name != "without_layout"
    }
    return dict(sorted({**dict.fromkeys(without_layout.PROVIDERS, without_layout.__name__), **names}.items()))


@cache
def get(slug: str) -> Provider:
    """Return the provider with this slug or this former slug.

    Raises KeyError, listing the slugs, when there is none.
    """
    if slug not in modules():
        if renamed := next((p for p in all_providers() if slug in p.aliases), None):
            return renamed
        raise KeyError(f"unknown provider {slug!r}; known: {', '.join(modules())}")
    module = importlib.import_module(modules()[slug])
    provider: Provider = without_layout.PROVIDERS[slug] if module is without_layout else module.PROVIDER
    return replace(
        provider,
        former_urls=_former_urls().get(slug, ()),
        facts=(*provider.facts, *_source_facts().get(slug, ())),
    )


def all_providers() -> list[Provider]:
    """Return every provider, in order of slug."""
    return [get(slug) for slug in modules()]


@cache
def _former_urls() -> dict[str, tuple[str, ...]]:
    """Map slugs to the addresses that their pages had before, the newest first."""
    urls: dict[str, tuple[str, ...]] = {}
    for row in _rows("former_urls.csv"):
        urls[row["provider"]] = (*urls.get(row["provider"], ()), row["url"])
    return urls


@cache
def _source_facts() -> dict[str, tuple[Fact, ...]]:
    """Map slugs to what one must know of their sources."""
    facts: dict[str, tuple[Fact, ...]] = {}
    for row in _rows("source_facts.csv"):
        slug = row.pop("provider")
        facts[slug] = (*facts.get(slug, ()), Fact(**row))  # type: ignore[arg-type]
    return facts


def _rows(name: str) -> Iterator[dict[str, str]]:
    with Path(__file__).with_name(name).open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)
