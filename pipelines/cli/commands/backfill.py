"""`gpuhour backfill`: read a provider's past prices from archived captures of its pages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from pipelines.cli.console import OK, PARTIAL, known_slug, say, writable_home
from pipelines.cli.options import FormatOption, HomeOption, JsonOption, output_format
from pipelines.cli.table_output import show
from pipelines.errors import CommandError, UsageError
from pipelines.queries.filters import first_day, span_of

if TYPE_CHECKING:
    from pipelines.ingest.read_captures import BackfillReport


def backfill(
    provider: str,
    /,
    *,
    since: Annotated[str, Parameter(help="Start: a month (2022-01), a day, or 30d, 12w, 6m, 1y.")] = "2022-01",
    every: Annotated[str, Parameter(help="At most one capture in this time: 7d, 4w.")] = "7d",
    style: FormatOption = "table",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Read a provider's past prices from the Wayback Machine, land them, rebuild and publish.

    They are history, under a source of their own (backfill/...), each dated by its capture and with the capture's
    address as its receipt. Captures that were read before are not asked for again. Exits 3 when some could not be read,
    or are left because the archive asks for a pause: run it again later.

    Parameters
    ----------
    provider
        Provider to read; its former addresses are asked for too.
    """
    from pipelines.cli.commands.import_history import publish
    from pipelines.cli.progress import show_progress
    from pipelines.ingest.read_captures import COLUMNS, read_captures
    from scrapers import registry
    from scrapers.fetching.archive import Archive
    from scrapers.fetching.crawler import Fetcher
    from scrapers.fetching.policy import Settings

    slug, today, state = known_slug(provider), datetime.now(UTC).date(), writable_home(home)
    start, spacing, fetching = first_day(since, today), span_of(every), Settings.from_env()
    if start > today:
        raise UsageError(f"--since: {start} is in the future")
    with show_progress("reading the archive"):
        try:
            with Fetcher(Archive(state.root), settings=fetching) as fetcher:
                report = read_captures(registry.get(slug), fetcher, state, start, today, spacing, fetching.archive)
        except OSError as failed:
            raise CommandError(f"cannot land: {failed}") from failed
        if report.results:
            publish(state)
    show(COLUMNS, [result.row(slug) for result in report.results], output_format(style, as_json))
    return _summarise(slug, report)


def _summarise(slug: str, report: BackfillReport) -> int:
    """Say what was read, what was not and why; return the exit code."""
    from pipelines.ingest.read_captures import LEFT

    for reason in report.skipped:
        say(reason)
    fresh = [result for result in report.results if result.is_new]
    unread = [result for result in fresh if result.outcome not in ("ok", "no_public_price", "unverified")]
    n_left = sum(result.outcome == LEFT for result in report.results)
    for result in unread:
        say(f"{slug}: {result.url} could not be read ({result.outcome}): {result.detail}")
    n_before = len(report.results) - len(fresh) - n_left
    n_prices = sum(result.n_prices for result in fresh)
    say(f"{slug}: {len(fresh)} captures read, {n_prices} prices; {n_before} known before; {n_left} left")
    if report.stopped:
        say(f"the archive was left alone: {report.stopped}. Run the same command again later; what is read stays")
    if not report.results and not report.stopped:
        say(f"{slug}: the archive lists no capture of its pages in that time")
    return PARTIAL if unread or n_left or report.stopped else OK
