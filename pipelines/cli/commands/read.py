"""`gpuhour read`: read any page, of a provider or not, from a file or an address."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from pipelines import settings
from pipelines.cli.console import known_slug
from pipelines.cli.options import AccountOption, FormatOption, HomeOption, JsonOption, output_format
from pipelines.cli.reading_view import show_reading
from pipelines.errors import CommandError, UsageError


def read(
    page: str,
    /,
    *,
    provider: str | None = None,
    browser: Annotated[bool, Parameter(help="Run the page's scripts in a browser before reading it.")] = False,
    captured_at: datetime | None = None,
    account: AccountOption = False,
    style: FormatOption = "json",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Read the offers of any page, whoever publishes it: HTML, Markdown or JSON, by what its words mean.

    Exits 3 when an amount near an accelerator's name was neither read nor explained, 1 when nothing was read.

    Parameters
    ----------
    page
        A file, or an https address, which is fetched politely (robots.txt, one request at a time) and archived.
    provider
        Read it as a page of this provider: by its own layout first; default: by meaning alone.
    captured_at
        When a file was recorded (UTC); default: the date in its name, else the file's own.
    """
    from pipelines.ingest.parse_file import FileReading, parse_file, read_file
    from pipelines.ingest.read_url import read_url
    from pipelines.ingest.worker import DEFAULT, of_file, result_of
    from scrapers.model import ScrapeError

    slug = known_slug(provider) if provider else None
    is_url = "://" in page
    if is_url and not page.startswith("https://"):
        raise UsageError(f"{page}: only https addresses are fetched")
    if not is_url and not Path(page).is_file():
        raise CommandError(f"no such file: {page}")

    def reading_of_page() -> FileReading:
        if is_url:
            return read_url(page, slug, browser, settings.home(home))
        return parse_file(slug, Path(page), None, captured_at) if slug else read_file(Path(page), captured_at)

    try:
        reading = result_of(reading_of_page, DEFAULT if is_url else of_file(Path(page)))
    except ScrapeError as failed:
        raise CommandError(str(failed)) from failed
    except OSError as failed:
        raise CommandError(f"cannot read {page}: {failed}") from failed
    return show_reading(reading, account, output_format(style, as_json))
