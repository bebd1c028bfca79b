"""Fixtures that several test modules share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("GPUHOUR_SHARED") or Path(__file__).parents[2] / "shared")


@pytest.fixture
def shared() -> Callable[[str], Path]:
    """shared("captures/gcp/x.html") -> a file of the reference material; skips the test where there is none of it."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared (absent in a user's clone)")
    return lambda relative: SHARED / relative
