"""Shared by all commands: exit codes, messages on stderr, and access to the published database."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pipelines import settings
from pipelines.errors import CommandError, StaleError, UsageError
from pipelines.serialize import printable
from warehouse.storage.state_dir import Home

OK, ERROR, USAGE, PARTIAL, STALE = range(5)
_messages: ContextVar[list[str] | None] = ContextVar("_messages", default=None)  # where they are kept, if they are
_opened: ContextVar[Any] = ContextVar("_opened", default=None)  # the published file that all reads are of


def say(message: str) -> None:
    """Print a message to people on stderr: stdout holds the data alone."""
    if (kept := _messages.get()) is not None:
        kept.append(printable(message))
        return
    for line in f"gpuhour: {message}".split("\n"):
        print(printable(line), file=sys.stderr)


@contextmanager
def kept_messages() -> Iterator[list[str]]:
    """Yield a list that takes what is said inside, instead of stderr."""
    kept: list[str] = []
    token = _messages.set(kept)
    try:
        yield kept
    finally:
        _messages.reset(token)


def writable_home(flag: Path | None) -> Home:
    """Return the state folder, made where it is absent. Raises CommandError at once where nothing can be written."""
    state = settings.home(flag)
    try:
        state.root.mkdir(parents=True, exist_ok=True)
        if not os.access(state.root, os.W_OK):
            raise PermissionError(0, "it is read-only, or another user's")
    except OSError as failed:
        raise CommandError(f"cannot write to the state folder {state.root}: {failed.strerror}") from failed
    return state


@contextmanager
def published_database(home: Path | None) -> Iterator[Any]:
    """Yield the published database. Raises CommandError if it is missing or damaged, StaleError if it is outdated."""
    from warehouse.storage.connection import published

    if (opened := _opened.get()) is not None:
        yield opened
        return
    state = settings.home(home)
    with explained_errors(f"cannot read {state.published}; a refresh rebuilds it"), published(state) as con:
        yield con


@contextmanager
def explained_errors(broken_means: str) -> Iterator[None]:
    """Turn errors of the published database into a command's: `broken_means` begins what is said of a damaged one."""
    from warehouse.storage.connection import DatabaseError, NothingPublished, OutdatedDatabase

    try:
        yield
    except NothingPublished as absent:
        raise CommandError(str(absent)) from absent
    except OutdatedDatabase as older:
        raise StaleError(str(older)) from older
    except DatabaseError as broken:
        raise CommandError(f"{broken_means}: {broken}") from broken


@contextmanager
def one_publication(home: Path | None) -> Iterator[Any]:
    """Yield the published database; every `published_database` inside is this one, whatever is published meanwhile."""
    with published_database(home) as con:
        token = _opened.set(con)
        try:
            yield con
        finally:
            _opened.reset(token)


def current_day(con: Any) -> date:
    """Return the day that "now" means; says so where it is not today, because all prices were replayed."""
    from pipelines.queries.current_prices import today

    day = today(con)
    if day != datetime.now(UTC).date():
        say(f"prices as of {day}, the day of this replay: none of them is live or imported")
    return day


def known_slug(name: str) -> str:
    """Return a provider's slug from any name in seeds/provider_aliases.csv. Raises UsageError for an unknown one."""
    from scrapers import registry
    from warehouse.identity.nearest import nearest
    from warehouse.identity.providers import provider_slug

    slug, slugs = provider_slug(name), registry.modules()
    if slug not in slugs:
        raise UsageError(f"unknown provider {name!r}{nearest(name, slugs)}; known: {', '.join(slugs)}")
    return slug


def login_name() -> str:
    """Return the person's login name, or the numeric user id where there is none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
