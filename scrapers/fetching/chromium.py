"""Finds or installs a Chromium: `make setup` runs `python -m scrapers.fetching.chromium`.

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
_PLAYWRIGHT_PATHS = ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*")
_DRIVER = (sys.executable, "-m", "playwright")
HELP = (
    "No usable Chromium: run `sudo apt-get install -y chromium libatomic1` (Debian, Ubuntu) or install Google "
    "Chrome, or name one in GPUHOUR_BROWSER."
)

SANDBOX = (
    "Pages run in Chromium's sandbox: run gpuhour as a user, let the system allow user namespaces, or set "
    "GPUHOUR_BROWSER_NO_SANDBOX=1 to run them without it"
)
_CONTAINER_MARKS = (Path("/.dockerenv"), Path("/run/.containerenv"))


def runs_without_sandbox() -> bool:
    """Return whether pages run outside of Chromium's sandbox: where one says so, and as root of a container.

    Root cannot use it, and a container is a wall of its own.
    """
    if os.environ.get("GPUHOUR_BROWSER_NO_SANDBOX") == "1":
        return True
    in_container = any(mark.exists() for mark in _CONTAINER_MARKS) or "KUBERNETES_SERVICE_HOST" in os.environ
    return os.geteuid() == 0 and in_container


def find() -> Path | None:
    """Find a Chromium or Chrome: that of GPUHOUR_BROWSER, else an installed one, else Playwright's own; or None."""
    configured = os.environ.get("GPUHOUR_BROWSER", "")
    if configured:
        path = shutil.which(configured)
        return Path(path) if path else None  # an explicit choice has no fallback
    return next((path for path in _candidates() if os.access(path, os.X_OK)), None)


def _candidates() -> Iterator[Path]:
    yield from (Path(path) for name in _NAMES if (path := shutil.which(name)))
    yield from (root / app for root in (Path("/Applications"), Path.home() / "Applications") for app in _APPS)
    caches = [Path.home() / ".cache/ms-playwright", Path.home() / "Library/Caches/ms-playwright"]
    configured = os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "")
    for cache in [Path(configured)] if configured else caches:
        for pattern in _PLAYWRIGHT_PATHS:
            yield from sorted(cache.glob(pattern), reverse=True)


def _run(*command: str) -> bool:
    """Run a command, its output on stderr; return whether it succeeded."""
    try:
        return subprocess.run(command, stdout=sys.stderr, timeout=900, check=False).returncode == 0  # noqa: S603 - fixed words
    except (OSError, subprocess.TimeoutExpired):
        return False


def _install_with_playwright() -> bool:
    return _run(*_DRIVER, "install", "chromium")


def _install_with_apt() -> bool:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    os.environ.setdefault("DEBIAN_FRONTEND", "noninteractive")
    return _run("apt-get", "update") and _run("apt-get", "install", "-y", "chromium", "libatomic1")


def _usable() -> Path | None:
    path = find()
    return path if path and _run(*_DRIVER, "--version") else None


def ensure(installers: tuple[Callable[[], bool], ...] = (_install_with_playwright, _install_with_apt)) -> Path | None:
    """Return a usable Chromium, installed by the first of `installers` that succeeds if there is none; or None."""
    path = _usable()
    for install in installers:
        if path is None and install():
            path = _usable()
    return path


def main() -> int:
    """Print the browser's path, or one line of advice on stderr; return the exit code."""
    path = ensure()
    print(path or HELP, file=sys.stderr)
    return 0 if path else 1


if __name__ == "__main__":
    sys.exit(main())
