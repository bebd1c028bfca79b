"""Checks the usual causes of trouble: Python, browser, state folder, published database, stale or broken sources."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime

from pipelines.queries import current_prices, disk_use
from scrapers.fetching import chromium
from scrapers.model import clip
from warehouse.engine.fingerprint import fingerprint
from warehouse.storage import last_refresh
from warehouse.storage.connection import Connection, outdated, published
from warehouse.storage.ledger import LedgerError, files_set_aside
from warehouse.storage.state_dir import Home

COLUMNS = ("what", "verdict", "detail")
Row = tuple[str, str, str]


def examine(home: Home) -> list[Row]:
    """Return rows of COLUMNS; verdict: ok, held, missing, stale, blocked or broken.

    `disk` below has what each part of the state folder takes.
    """
    return [_python(), _browser(), _folder(home), *_last_refresh(home), *_files_set_aside(home), *_database(home)]


def disk(home: Home) -> list[tuple[str, str, str, int, int | None]]:
    """Return rows of COLUMNS, with bytes and bytes in a year, of each part of the state folder and all of it.

    Verdict: ok, or low where the disk has less room than a year needs. Raises UsageError for a setting.
    """
    if not home.root.exists():
        return []
    uses = disk_use.forecast(home)
    size, grown = (sum(use.bytes for use in uses), sum(use.in_a_year or use.bytes for use in uses))
    free = disk_use.free_bytes(home)
    unknown = [use.part for use in uses if use.in_a_year is None and use.bytes]
    beside = f", without growth of {', '.join(unknown)}" if unknown else ""
    total = f"{disk_use.amount(free)} free; {disk_use.amount(size)}, in a year {disk_use.amount(grown)}{beside}"
    parts = [(f"disk: {use.part}", "ok", _described(use), use.bytes, use.in_a_year) for use in uses]
    return [*parts, ("disk", "low" if grown - size > free else "ok", total, size, grown)]


def _described(use: disk_use.PartUse) -> str:
    grown = use.basis if use.in_a_year is None else f"{disk_use.amount(use.in_a_year)} ({use.basis})"
    return f"{disk_use.amount(use.bytes)}, in a year {grown}"


def _python() -> Row:
    version = ".".join(map(str, sys.version_info[:3]))
    return "python", "ok" if sys.version_info >= (3, 11) else "broken", version


def _browser() -> Row:
    browser = chromium.find()
    if browser is None:
        return "browser", "missing", "run `make setup`, or set GPUHOUR_BROWSER"
    return "browser", "ok", f"{browser}{', without its sandbox' if chromium.runs_without_sandbox() else ''}"


def _folder(home: Home) -> Row:
    root = home.root
    if not root.exists():
        return "state folder", "missing", f"{root}: run `make demo` or `make refresh`"
    free = shutil.disk_usage(root).free / 2**30
    fine = os.access(root, os.W_OK) and free > 1
    return "state folder", "ok" if fine else "broken", f"{root}, {free:.0f} GiB free"


def _last_refresh(home: Home) -> Iterator[Row]:
    """Yield when a refresh last published, where one did: a folder that is only imported into is not overdue."""
    if when := last_refresh.read(home):
        waited = datetime.now(UTC) - when
        verdict = "stale" if waited > last_refresh.OVERDUE else "ok"
        yield "last refresh", verdict, f"published {when:%Y-%m-%d %H:%M} UTC, {waited.total_seconds() / 3600:.0f} h ago"


def _files_set_aside(home: Home) -> Iterator[Row]:
    try:
        for name, why in files_set_aside(home, fingerprint()).items():
            yield "landing file set aside", "broken", f"{home.landing / 'offers' / name}: no build can be made: {why}"
    except LedgerError as failed:
        yield "ledger", "broken", str(failed)


def _unusable(con: Connection) -> Iterator[Row]:
    rows = con.execute(
        "select provider, instance, reason, count(*) over () from v1.quality_events "
        "where rule in ('out_of_range', 'unknown_currency') and status = 'held' "
        "order by date desc, provider, instance limit 3"
    ).fetchall()
    if rows:
        shown = "; ".join(f"{clip(provider, 40)} {clip(instance, 40)}: {why}" for provider, instance, why, _ in rows)
        yield "unusable prices", "held", f"{rows[0][3]}: {shown}; see `gpuhour quarantine list`"


def _lists(con: Connection, today: date) -> Iterator[Row]:
    """Yield the health of the published lists of hosted prices and of measured throughput, where any was fetched."""
    # A file that was published by an older version does not tell.
    if not con.execute("select 1 from duckdb_tables() where table_name = 'list_health'").fetchall():
        return
    rows = con.execute(
        "select list, holds, source, status, last_tried_at::date, coalesce(detail, ''), read_on "
        "from marts.list_health where origin = 'live' order by all"
    ).fetchall()
    for name, holds, source, status, day, detail, read_on in rows:
        fine = status in ("ok", "partial") and (today - day).days <= 2
        verdict = "ok" if fine else "stale" if status in ("ok", "partial") else "broken"
        last = "" if fine else f"; last read {read_on or 'never'}"
        yield f"{name} ({holds})", verdict, clip(f"{source}: {status} on {day} {detail}") + last


def _database(home: Home) -> Iterator[Row]:
    if not home.published.exists():
        yield "published database", "missing", f"{home.published}: run `make demo` or `make refresh`"
        return
    try:
        with published(home) as con:
            version, built = con.execute("select schema_version, built_at from v1.meta").fetchall()[0]
            if why := outdated(con):
                yield "published database", "stale", why
                return
            yield "published database", "ok", f"{home.published}, schema {version}, built {built:%Y-%m-%d %H:%M} UTC"
            yield from _unusable(con)
            today = current_prices.today(con)
            for slug, (status, day, detail) in sorted(current_prices.last_attempts(con).items()):
                fine = status in ("ok", "no_public_price", "needs_key", "unverified")
                failed = "blocked" if status == "blocked" else "broken"
                verdict = "stale" if (today - day).days > 2 else "ok" if fine else failed
                yield slug, verdict, f"{status} on {day} {detail}".strip()
            yield from _lists(con, today)
    except Exception as broken:
        yield "published database", "broken", f"{home.published}: {broken}"
