"""A copy of the checkout to which a test adds a provider, and commands that run in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support import worlds

_CODE = ("scrapers", "warehouse", "pipelines", "tests/support", "tests/unit/scrapers")
_FILES = ("pyproject.toml", "tests/__init__.py", "tests/conftest.py", "tests/unit/__init__.py")


def copy(root: Path) -> Path:
    """Copy the code into a folder, without any capture."""
    for folder in _CODE:
        shutil.copytree(
            worlds.ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__", "node_modules")
        )
    for name in _FILES:
        shutil.copy(worlds.ROOT / name, root / name)
    return root


def python(checkout: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run Python in the copy, without any provider's key."""
    env = os.environ | {
        "PYTHONPATH": str(checkout),
        "GPUHOUR_HOME": str(checkout / "data"),
        "DAGSTER_HOME": str(worlds.dagster_home(checkout / "dagster")),
        "GPUHOUR_REPORT": "off",
    }
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, cwd=checkout, env=env, capture_output=True, text=True, timeout=300)


def gpuhour(checkout: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command of gpuhour in the copy."""
    return python(checkout, "-c", "from pipelines.cli.app import main; main()", *arguments)


def golden_tests(checkout: Path, slug: str) -> subprocess.CompletedProcess[str]:
    """Run the tests of captures in the copy, for one provider."""
    file = "tests/unit/scrapers/providers/test_golden.py"
    return python(checkout, "-m", "pytest", "-n", "0", "-p", "no:cacheprovider", "-k", slug, file)
