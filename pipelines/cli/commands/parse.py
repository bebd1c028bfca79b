"""`gpuhour parse`: read one recorded page of a provider offline."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from pipelines.cli.console import known_slug
from pipelines.cli.options import AccountOption, FormatOption, JsonOption, output_format
from pipelines.cli.reading_view import show_reading
from pipelines.errors import CommandError


def parse(
    provider: str,
    file: Path,
    /,
    *,
    url: str | None = None,
    captured_at: datetime | None = None,
    account: AccountOption = False,
    style: FormatOption = "json",
    as_json: JsonOption = False,
) -> int:
    """Read one recorded page of a provider offline and print the offers it states.

    The provider's own layout reads it or, where that fails, the general reader (`read_by`). Exits 3 when an amount near
    an accelerator's name was neither read nor explained (`--account` lists them), 1 when nothing was read.

    Parameters
    ----------
    provider
        The provider whose parser reads the page; `gpuhour providers` lists them.
    file
        The recorded page (HTML, JSON, CSV, YAML; .gz too).
    url
        The address that the page was recorded from, for receipts and messages.
    captured_at
        When it was recorded (UTC); default: the date in the file's name, else the file's own.
    """
    import zlib

    from pipelines.ingest.parse_file import parse_file
    from pipelines.ingest.worker import of_file, result_of
    from scrapers.model import ScrapeError

    if not file.is_file():
        raise CommandError(f"no such file: {file}")
    slug = known_slug(provider)
    try:
        reading = result_of(lambda: parse_file(slug, file, url, captured_at), of_file(file))
    except ScrapeError as failed:
        raise CommandError(str(failed)) from failed
    except (OSError, EOFError, zlib.error) as failed:
        raise CommandError(f"cannot read {file}: {failed}") from failed
    return show_reading(reading, account, output_format(style, as_json))
