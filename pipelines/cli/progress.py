"""Shows a long run's progress on stderr: a line per page, on a terminal a spinner; Dagster's log stays in files."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from rich.console import Console
from rich.logging import RichHandler

_TIME = "%H:%M:%S"


@contextmanager
def show_progress(doing: str = "reading prices") -> Iterator[None]:
    """Show gpuhour's log messages until the block ends; on a terminal also a spinner."""
    console = Console(stderr=True)
    handler: logging.Handler
    spinner: Any = nullcontext()
    if console.is_terminal:
        handler = RichHandler(console=console, show_path=False, show_level=False, log_time_format=_TIME, markup=False)
        spinner = console.status(doing)
    else:  # rich takes a file for 80 columns wide and would cut every line into pieces
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", _TIME))
    logging.getLogger("scrapers").setLevel(logging.ERROR)  # our own line about a page already says what failed
    ours = logging.getLogger("gpuhour")
    level, ours.propagate = ours.level, False
    ours.setLevel(logging.INFO)
    ours.addHandler(handler)
    try:
        with spinner:
            yield
    finally:
        ours.removeHandler(handler)
        ours.setLevel(level)
        ours.propagate = True


@contextmanager
def waiting(doing: str) -> Iterator[None]:
    """Show a spinner on a terminal while the block computes; nothing elsewhere, and nothing that is logged."""
    console = Console(stderr=True)
    with console.status(doing) if console.is_terminal else nullcontext():
        yield
