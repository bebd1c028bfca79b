"""Shows a long run's progress on stderr: a line per page and a spinner; Dagster's own log stays in its files."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.logging import RichHandler


@contextmanager
def show_progress(doing: str = "reading prices") -> Iterator[None]:
    """Show gpuhour's log messages and a spinner until the block ends."""
    console = Console(stderr=True)
    handler = RichHandler(console=console, show_path=False, show_level=False, log_time_format="%H:%M:%S", markup=False)
    logging.getLogger("scrapers").setLevel(logging.ERROR)  # our own line about a page already says what failed
    ours = logging.getLogger("gpuhour")
    level, ours.propagate = ours.level, False
    ours.setLevel(logging.INFO)
    ours.addHandler(handler)
    try:
        with console.status(doing):
            yield
    finally:
        ours.removeHandler(handler)
        ours.setLevel(level)
        ours.propagate = True
