"""Finds a Chromium, or gets one: `python -m scrapers.fetching.chromium` is what `make setup` runs.

Nothing here imports Playwright, whose driver does not even start on a bare Debian before `libatomic1` is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_APPS = ("Chromium.app/Contents/MacOS/Chromium", "Google Chrome.app/Contents/MacOS/Google Chrome")
_OWN = ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*")
_DRIVER = (sys.executable, "-m", "playwright")
HELP = (
    "No usable Chromium: run `sudo apt-get install -y chromium libatomic1` (Debian, Ubuntu) or install Google "
    "Chrome, or name one in GPUHOUR_BROWSER."
)


def find() -> Path | None:
    """A Chromium or Chrome: the one named by GPUHOUR_BROWSER, else an installed one, else Playwright's own; or None."""
    named = os.environ.get("GPUHOUR_BROWSER", "")
    if named:
        found = shutil.which(named)
        return Path(found) if found else None  # what was named is meant: nothing else is taken instead
    return next((path for path in _candidates() if os.access(path, os.X_OK)), None)


def _candidates() -> Iterator[Path]:
    yield from (Path(found) for name in _NAMES if (found := shutil.which(name)))
    yield from (root / app for root in (Path("/Applications"), Path.home() / "Applications") for app in _APPS)
    caches = [Path.home() / ".cache/ms-playwright", Path.home() / "Library/Caches/ms-playwright"]
    named = os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "")
    for cache in [Path(named)] if named else caches:
        for pattern in _OWN:
            yield from sorted(cache.glob(pattern), reverse=True)


def _runs(*command: str) -> bool:
    """Run a command, its output on stderr; whether it succeeded."""
    try:
        return subprocess.run(command, stdout=sys.stderr, timeout=900, check=False).returncode == 0  # noqa: S603 - fixed words
    except (OSError, subprocess.TimeoutExpired):
        return False


def _playwrights_own() -> bool:
    return _runs(*_DRIVER, "install", "chromium")


def _debians() -> bool:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    os.environ.setdefault("DEBIAN_FRONTEND", "noninteractive")
    return _runs("apt-get", "update") and _runs("apt-get", "install", "-y", "chromium", "libatomic1")


def _usable() -> Path | None:
    found = find()
    return found if found and _runs(*_DRIVER, "--version") else None


def ensure(ways: tuple[Callable[[], bool], ...] = (_playwrights_own, _debians)) -> Path | None:
    """A Chromium that can be driven, installed by the first of `ways` that works when there is none; or None."""
    found = _usable()
    for way in ways:
        if found is None and way():
            found = _usable()
    return found


def main() -> int:
    """Print the browser's path; 1 and one line of advice on stderr when there is none and none can be had."""
    found = ensure()
    print(found or HELP, file=sys.stdout if found else sys.stderr)
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
