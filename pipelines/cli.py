"""The command line: each command imports what it needs when it runs, so that reading stays instant."""

from __future__ import annotations

import logging
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import cyclopts
from cyclopts import App, Parameter

from pipelines import settings
from pipelines.output import Format, show

OK, ERROR, USAGE, PARTIAL, STALE = range(5)

app = App(
    name="gpuhour",
    help="What a GPU-hour costs, where, and since when: from public price pages, with receipts.",
    version_flags=["--version"],
    result_action="return_value",
)

Json = Annotated[bool, Parameter(name="--json", negative="", help="Print JSON (same as --format json).")]
Style = Annotated[Format, Parameter(name="--format", help="How to print rows.")]


class Problem(Exception):
    """Something to tell the user in one sentence, with the exit code that fits."""

    def __init__(self, message: str, code: int = ERROR) -> None:
        super().__init__(message)
        self.code = code


def _style(style: Format, as_json: bool) -> Format:
    return "json" if as_json else style


@app.command
def parse(
    provider: str,
    file: Path,
    /,
    *,
    url: str | None = None,
    captured_at: datetime | None = None,
    style: Style = "json",
    as_json: Json = False,
) -> int:
    """Read one recorded page offline and print the offers it states.

    Parameters
    ----------
    provider
        Provider whose parser to use; `gpuhour providers` lists them.
    file
        The recorded page (HTML, JSON, CSV, YAML; .gz too).
    url
        Where the page was recorded, for receipts and messages.
    captured_at
        When it was recorded (UTC); default: the date in the file's name, else the file's own.
    """
    from datetime import UTC

    from pipelines.parse_file import COLUMNS, parse_file
    from scrapers.model import ScrapeError

    if captured_at is not None and captured_at.tzinfo is None:
        captured_at = captured_at.replace(tzinfo=UTC)
    if not file.is_file():
        raise Problem(f"no such file: {file}")
    try:
        rows, remark = parse_file(_slug(provider), file, url, captured_at)
    except ScrapeError as failed:
        raise Problem(str(failed)) from failed
    if remark:
        print(f"gpuhour: {remark}", file=sys.stderr)
    show(COLUMNS, rows, _style(style, as_json))
    return OK


def _slug(name: str) -> str:
    """A provider's slug from any name in seeds/provider_aliases.csv. Raises Problem (usage) for an unknown one."""
    from scrapers import registry
    from warehouse.names import provider_slug

    slug = provider_slug(name)
    if slug not in registry.modules():
        raise Problem(f"unknown provider {name!r}; known: {', '.join(registry.modules())}", USAGE)
    return slug


def main(argv: list[str] | None = None) -> None:
    """Run a command; exits 0 ok, 1 error, 2 usage, 3 partial, 4 stale. Logs and messages go to stderr."""
    settings.load_env_file()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    try:
        code: Any = app(argv, exit_on_error=False, print_error=True)
    except cyclopts.CycloptsError:
        code = USAGE
    except Problem as problem:
        print(f"gpuhour: {problem}", file=sys.stderr)
        code = problem.code
    except BrokenPipeError:
        code = OK
    except KeyboardInterrupt:
        code = ERROR
    sys.exit(code if isinstance(code, int) else OK)
