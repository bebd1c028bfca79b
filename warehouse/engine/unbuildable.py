"""Finds the landing files that no build can be made from, so that one bad fact never stops all others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import duckdb

# Trouble of the machine, not of facts: no file is to blame for a full disk.
NOT_FACTS = (
    duckdb.IOException, duckdb.OutOfMemoryException, duckdb.InterruptException, duckdb.FatalException, OSError,
    MemoryError,
)  # fmt: skip


def culprits(
    candidates: Sequence[str], failure: Callable[[Sequence[str]], str], known: Sequence[str] = ()
) -> dict[str, str]:
    """Return the candidates without which the others can be built from, each with the failure that it causes.

    `failure` tries to build from some files and returns why it failed, empty where it did not. Files are halved until
    one is left, so few bad ones among many cost few builds. Of two files that fail only together the later is blamed.
    None are returned where even `known` alone fails: then it is not for facts.
    """
    if failure(known):
        return {}
    return _of(list(candidates), list(known), failure)


def _of(candidates: list[str], before: list[str], failure: Callable[[Sequence[str]], str]) -> dict[str, str]:
    why = failure([*before, *candidates]) if candidates else ""
    if not why:
        return {}
    if len(candidates) == 1:
        return {candidates[0]: why}
    middle = len(candidates) // 2
    bad = _of(candidates[:middle], before, failure)
    good = [name for name in candidates[:middle] if name not in bad]
    return bad | _of(candidates[middle:], [*before, *good], failure)
