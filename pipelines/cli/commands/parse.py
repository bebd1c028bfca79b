"""`gpuhour parse`: read one recorded page offline."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from pipelines.cli.console import OK, known_slug, say
from pipelines.cli.options import FormatOption, JsonOption, output_format
from pipelines.cli.table_output import show
from pipelines.errors import CommandError


def parse(
    provider: str,
    file: Path,
    /,
    *,
    url: str | None = None,
    captured_at: datetime | None = None,
    style: FormatOption = "json",
    as_json: JsonOption = False,
) -> int:
    """Parse one recorded page offline and print the offers it states.

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
    from datetime import UTC

    from pipelines.ingest.parse_file import COLUMNS, parse_file
    from scrapers.model import ScrapeError

    if captured_at is not None and captured_at.tzinfo is None:
        captured_at = captured_at.replace(tzinfo=UTC)
    if not file.is_file():
        raise CommandError(f"no such file: {file}")
    try:
        rows, remark = parse_file(known_slug(provider), file, url, captured_at)
    except ScrapeError as failed:
        raise CommandError(str(failed)) from failed
    except (OSError, EOFError, zlib.error) as failed:
        raise CommandError(f"cannot read {file}: {failed}") from failed
    if remark:
        say(remark)
    show(COLUMNS, rows, output_format(style, as_json))
    return OK
