"""The command that re-reads archived pages with today's parsers, and lands what it finds when told to."""

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
    from pipelines.ingest.reparse import Told


def replay(
    *,
    provider: Annotated[str | None, Parameter(help="Only this provider.")] = None,
    since: Annotated[str | None, Parameter(help="From when: 30d, 12w, 6m, 1y, or a day (default: all).")] = None,
    apply: Annotated[bool, Parameter(negative="", help="Land what is read otherwise, rebuild and publish.")] = False,
    style: FormatOption = "table",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Read archived pages again with today's parsers and print what differs from what was landed; changes nothing.

    Exits 3 when pages cannot be read any more.
    """
    from pipelines.cli.progress import shown
    from pipelines.ingest.reparse import COLUMNS, reread
    from scrapers import registry

    state = settings.home(home)
    day = day_since(since, datetime.now(UTC).date()) if since else date.min
    slugs = [known_slug(provider)] if provider else list(registry.modules())
    if not any((state.pages / slug).is_dir() for slug in slugs):
        raise CommandError(f"no archived page under {state.pages}: `gpuhour refresh` archives what it fetches")
    with shown():
        try:
            told = [reread(registry.get(slug), state, day, apply) for slug in slugs]
            if apply and any(t.found for t in told):
                _publish(state)
        except OSError as failed:
            raise CommandError(f"cannot land: {failed}") from failed
    show(COLUMNS, [row for t in told for row in t.rows()], output_format(style, as_json))
    for one in told:
        _summarise(one)
    if not any(t.n_pages or t.n_missing for t in told):
        say(f"no page was archived since {day}")
    return PARTIAL if any(t.n_unread for t in told) else OK


def _publish(home: Home) -> None:
    from warehouse.publish.release import build_and_publish

    try:
        build_and_publish(home)
    except Exception as failed:  # whatever it is: the facts are landed, and the next build has them
        raise CommandError(f"landed; but the build failed, the next one has it: {failed}") from failed


def _summarise(told: Told) -> None:
    """One line per provider that has pages."""
    if not told.n_pages and not told.n_missing:
        return
    facts = [f"{told.n_pages} pages read again, {told.n_same} the same"]
    if told.n_unread:
        facts.append(f"{told.n_unread} cannot be read")
    if told.n_missing:
        facts.append(f"{told.n_missing} landed pages are not in the archive")
    if told.n_untold:
        facts.append(f"{told.n_untold} further differences: narrow with --since")
    say(f"{told.provider}: {'; '.join(facts)}")
