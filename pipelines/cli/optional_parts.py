"""Tells a user how to install an optional part that a command needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pipelines.errors import CommandError


@contextmanager
def needing(extra: str, what: str, *packages: str) -> Iterator[None]:
    """Raise CommandError in place of the error of an import, where a package of this extra is not installed.

    what: what cannot be done without it, with its verb ("web archives need").
    """
    try:
        yield
    except ModuleNotFoundError as absent:
        if str(absent.name).partition(".")[0] not in packages:
            raise
        raise CommandError(f"{what} the extra {extra}: run `pip install -e '.[{extra}]'` in the checkout") from absent
