"""`gpuhour replay`: parse archived pages again with today's parsers, and land the result with --apply."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from pipelines import settings
from pipelines.cli.console import OK, PARTIAL, known_slug, say
from pipelines.cli.options import FormatOption, HomeOption, JsonOption, output_format
from pipelines.cli.table_output import show
from pipelines.errors import CommandError
from pipelines.queries.filters import day_since
from warehouse.storage.state_dir import Home

if TYPE_CHECKING:
    from pipelines.ingest.reparse import ReparseReport


def replay(
    *,
    provider: Annotated[str | None, Parameter(help="Only this provider.")] = None,
    since: Annotated[str | None, Parameter(help="Start: 30d, 12w, 6m, 1y, or a day (default: all).")] = None,
    apply: Annotated[bool, Parameter(negative="", help="Land what differs, rebuild and publish.")] = False,
    style: FormatOption = "table",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Parse archived pages again with today's parsers and print the differences from what was landed.

    Changes nothing without --apply. Exits 3 when pages can no longer be read.
    """
    from pipelines.cli.progress import show_progress
    from pipelines.ingest.reparse import COLUMNS, reparse_archive
    from scrapers import registry

    state = settings.home(home)
    day = day_since(since, datetime.now(UTC).date()) if since else date.min
    slugs = [known_slug(provider)] if provider else list(registry.modules())
    if not any((state.pages / slug).is_dir() for slug in slugs):
        raise CommandError(f"no archived page under {state.pages}: run `gpuhour refresh` first")
    with show_progress():
        try:
            reports = [reparse_archive(registry.get(slug), state, day, apply) for slug in slugs]
            if apply and any(report.differences for report in reports):
                _publish(state)
        except OSError as failed:
            raise CommandError(f"cannot land: {failed}") from failed
    show(COLUMNS, [row for t in reports for row in t.rows()], output_format(style, as_json))
    for report in reports:
        _summarise(report)
    if not any(t.n_pages or t.n_missing or t.n_removed for t in reports):
        say(f"no page was archived since {day}")
    return PARTIAL if any(t.n_unreadable for t in reports) else OK


def _publish(home: Home) -> None:
    from warehouse.publish.release import build_and_publish

    try:
        build_and_publish(home)
    except Exception as failed:  # whatever it is: the facts are landed, and the next build includes them
        raise CommandError(f"landed, but the build failed; the next build includes it: {failed}") from failed


def _summarise(report: ReparseReport) -> None:
    """Print one line per provider that has pages."""
    if not (report.n_pages or report.n_missing or report.n_removed):
        return
    facts = [f"{report.n_pages} pages parsed again, {report.n_same} unchanged"]
    if report.n_unreadable:
        facts.append(f"{report.n_unreadable} unreadable")
    if report.n_missing:
        facts.append(f"{report.n_missing} landed pages missing from the archive")
    if report.n_removed:
        facts.append(f"{report.n_removed} removed by GPUHOUR_KEEP_PAGES, which stay as they were read")
    if report.n_omitted:
        facts.append(f"{report.n_omitted} more differences: narrow with --since")
    say(f"{report.provider}: {'; '.join(facts)}")
