"""What all commands share: exit codes, messages on stderr, types of options, and the published database."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from pipelines import settings
from pipelines.cli.table_output import Format, tame

OK, ERROR, USAGE, PARTIAL, STALE = range(5)

Json = Annotated[bool, Parameter(name="--json", negative="", help="Print JSON (same as --format json).")]
Home = Annotated[Path | None, Parameter(name="--home", help="State folder (default: GPUHOUR_HOME, else data/).")]
Style = Annotated[Format, Parameter(name="--format", help="How to print rows.")]


class Problem(Exception):
    """Something to tell the user in one sentence, with the exit code that fits."""

    def __init__(self, message: str, code: int = ERROR) -> None:
        super().__init__(message)
        self.code = code


def say(message: str) -> None:
    """Tell people something, on stderr: stdout holds the data alone."""
    for line in f"gpuhour: {message}".split("\n"):
        print(tame(line), file=sys.stderr)


def chosen(style: Format, as_json: bool) -> Format:
    """--json is short for --format json."""
    return "json" if as_json else style


@contextmanager
def published_database(home: Path | None) -> Iterator[Any]:
    """The published database, or a Problem that says how to get one."""
    from warehouse.storage.connection import DatabaseError, NothingPublished, published

    # DuckDB imports pandas, if it can, to look at every bound parameter: half a second for nothing.
    is_ours = "pandas" not in sys.modules
    sys.modules.setdefault("pandas", None)  # type: ignore[arg-type]
    state = settings.home(home)
    try:
        with published(state) as con:
            yield con
    except NothingPublished as absent:
        raise Problem(str(absent)) from absent
    except DatabaseError as broken:
        raise Problem(f"{state.published} cannot be read; a refresh makes it again: {broken}") from broken
    finally:
        if is_ours:
            del sys.modules["pandas"]  # who builds next needs it


def known_slug(name: str) -> str:
    """A provider's slug from any name in seeds/provider_aliases.csv. Raises Problem (usage) for an unknown one."""
    from scrapers import registry
    from warehouse.identity.providers import provider_slug

    slug = provider_slug(name)
    if slug not in registry.modules():
        raise Problem(f"unknown provider {name!r}; known: {', '.join(registry.modules())}", USAGE)
    return slug
