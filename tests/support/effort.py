"""How much the tests try: little with every change, much in `make test-extras`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import pytest

IS_LONG = bool(os.environ.get("GPUHOUR_LONG_TESTS"))


def examples(few: int, many: int) -> int:
    """Return how many examples a property is tried on; mark its test `long`."""
    return many if IS_LONG else few


def first_of(cases: Sequence[Any], n: int = 1) -> list[Any]:
    """Return the cases of a test whose later ones cost much and differ little: from the n-th on they are extras."""
    return [case if place < n else pytest.param(case, marks=pytest.mark.extras) for place, case in enumerate(cases)]
