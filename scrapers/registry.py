"""Finds the providers, so that nobody edits a list: every module in scrapers/providers holds one PROVIDER."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from scrapers import providers
from scrapers.model import Provider


@cache
def modules() -> dict[str, str]:
    """Slug -> module name, sorted; cheap, imports none. A keyword's module ends in an underscore (lambda_)."""
    return {m.name.rstrip("_"): f"{providers.__name__}.{m.name}" for m in pkgutil.iter_modules(providers.__path__)}


@cache
def get(slug: str) -> Provider:
    """The provider with this slug, or that had it before it was renamed.

    Raises KeyError, naming the known ones, when there is none.
    """
    if slug not in modules():
        if renamed := next((p for p in all_providers() if slug in p.aliases), None):
            return renamed
        raise KeyError(f"unknown provider {slug!r}; known: {', '.join(modules())}")
    provider: Provider = importlib.import_module(modules()[slug]).PROVIDER
    return provider


def all_providers() -> list[Provider]:
    """Every provider, in order of slug."""
    return [get(slug) for slug in modules()]
