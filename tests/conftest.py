"""Fixtures that several test modules share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def shared() -> Callable[[str], Path]:
    """shared("captures/gcp/x.html") -> a file of the reference material; skips the test where there is none."""
    root = Path(os.environ.get("GPUHOUR_SHARED") or Path(__file__).parents[2] / "shared")

    def path(relative: str) -> Path:
        found = root / relative
        if not found.exists():
            pytest.skip("needs ../shared (absent in a user's clone)")
        return found

    return path
