"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def shared() -> Callable[[str], Path]:
    """`shared("captures/aws/x.json")`: a file of the reference folder; the test is skipped where that is absent."""
    folder = Path(os.environ.get("GPUHOUR_SHARED", _ROOT.parent / "shared"))

    def find(path: str) -> Path:
        if not (folder / path).exists():
            pytest.skip("needs ../shared (absent in a user's clone)")
        return folder / path

    return find
