"""Commands that read: prices, SQL, one recorded page, the state of things."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pipelines import settings
from pipelines.cli.console import (
    ERROR,
    OK,
    STALE,
    USAGE,
    Home,
    Json,
    Problem,
    Style,
    chosen,
    known_slug,
    published_database,
    say,
)
from pipelines.cli.table_output import Format, show
from pipelines.queries.filters import ALL, MAX_AGE, Filter


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
    import zlib
    from datetime import UTC

    from pipelines.ingest.parse_file import COLUMNS, parse_file
    from scrapers.model import ScrapeError

    if captured_at is not None and captured_at.tzinfo is None:
        captured_at = captured_at.replace(tzinfo=UTC)
    if not file.is_file():
        raise Problem(f"no such file: {file}")
    try:
        rows, remark = parse_file(known_slug(provider), file, url, captured_at)
    except ScrapeError as failed:
        raise Problem(str(failed)) from failed
    except (OSError, EOFError, zlib.error) as failed:
        raise Problem(f"{file} cannot be read: {failed}") from failed
    if remark:
        say(remark)
    show(COLUMNS, rows, chosen(style, as_json))
    return OK


def prices(
    gpu: str | None = None,
    /,
    *,
    wanted: Filter = ALL,
    as_of: date | None = None,
    max_age: int = MAX_AGE,
    style: Style = "table",
    as_json: Json = False,
    home: Home = None,
) -> int:
    """Print the prices in force, cheapest first, with where each came from.

    Parameters
    ----------
    gpu
        A GPU as people write it: A100, "A100 80GB", "H100 SXM", "RTX A6000".
    as_of
        What was in force on this UTC day (default: today).
    max_age
        Days after which a price that was not seen again no longer counts.
    """
    from pipelines.queries import current_prices

    wanted = replace(wanted, gpu=gpu)
    with published_database(home) as con:
        day = as_of or current_prices.today(con)
        rows = current_prices.prices(con, wanted, day, max_age)
        older = [] if rows else current_prices.prices(con, wanted, day, 36_500)
    if wanted.provider and not rows:
        known_slug(wanted.provider)
    show_prices(rows, chosen(style, as_json))
    if older:
        newest = max(row[current_prices.PRICE_COLUMNS.index("last_seen_on")] for row in older)
        say(f"nothing newer than {max_age} days on {day}; the newest is of {newest:%Y-%m-%d}")
        return STALE
    if not rows:
        say(f'no price matches on {day}; gpuhour sql "from marts.available_gpus" lists what there is')
    return OK


def show_prices(rows: list[tuple[Any, ...]], style: Format) -> None:
    """Print rows of PRICE_COLUMNS: all for programs, in a table those that a terminal has room for."""
    from pipelines.queries.current_prices import PRICE_COLUMNS

    if style != "table":
        show(PRICE_COLUMNS, rows, style)
        return
    keep = [
        "usd_per_gpu_hour", "gpu", "form_factor", "gpu_memory_gb", "gpu_count", "provider", "instance", "region",
        "pricing_model", "term_months", "valid_from", "last_seen_on", "origin", "is_carried_forward", "source_url",
    ]  # fmt: skip
    index = [PRICE_COLUMNS.index(k) for k in keep]
    show(keep, [tuple(row[i] for i in index) for row in rows], style)


def sql(query: str, /, *, style: Style = "table", as_json: Json = False, home: Home = None) -> int:
    """Run a query on the published database, read-only: schemas v1 (a promise) and marts.

    Parameters
    ----------
    query
        One DuckDB query, for example "from marts.errata" or "select * from v1.prices_as_of('2023-04-07')".
    """
    from warehouse.storage.connection import DatabaseError

    if not query.strip("; \t\n"):
        raise Problem('an empty query; try "from marts.errata"', USAGE)
    with published_database(home) as con:
        try:
            cursor = con.execute(query)
            columns, rows = [c[0] for c in cursor.description or []], cursor.fetchall()
        except DatabaseError as failed:
            raise Problem(_sql_help(con, failed)) from failed
    show(columns, rows, chosen(style, as_json))
    return OK


def _sql_help(con: Any, failed: Exception) -> str:
    """DuckDB's message, and what helps with it."""
    text = str(failed)
    if "read-only" in text or "Permission Error" in text or "disabled" in text:
        return f"{text}\nThis database is read-only and reads no files: make your own with duckdb, ATTACH it there."
    if "does not exist" in text:
        names = con.execute(
            "select table_schema || '.' || table_name from information_schema.tables "
            "where table_schema in ('v1', 'marts') order by all"
        ).fetchall()
        return f"{text}\nTables: {', '.join(n for (n,) in names)}"
    return text


def doctor(*, style: Style = "table", as_json: Json = False, home: Home = None) -> int:
    """Check Python, browser, state folder, database and freshness; exits 1 when something is broken, 4 when stale."""
    from pipelines.queries.diagnostics import COLUMNS, examine

    rows = examine(settings.home(home))
    show(COLUMNS, rows, chosen(style, as_json))
    verdicts = {row[1] for row in rows}
    return ERROR if "broken" in verdicts else STALE if "stale" in verdicts else OK
