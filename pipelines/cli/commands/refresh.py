"""`gpuhour refresh`: fetch, land, rebuild and publish."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import date
from pathlib import Path

from pipelines import settings
from pipelines.cli.console import ERROR, OK, PARTIAL, USAGE, known_slug, say, writable_home
from pipelines.cli.options import DayOption, HomeOption, JsonOption
from pipelines.cli.table_output import show
from pipelines.errors import CommandError, UsageError


def refresh(
    *,
    provider: str | None = None,
    replay: Path | None = None,
    date: DayOption = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Fetch every provider's pages, land them, rebuild and publish. Exits 3 when some provider failed.

    Parameters
    ----------
    provider
        Only this provider.
    replay
        Fetch from this folder of recorded captures instead of the network.
    date
        UTC day to refresh: a past day re-reads its archived pages; with --replay, the day to simulate.
    """
    if replay and not replay.is_dir():
        raise CommandError(f"no such folder of captures: {replay}")
    slug = known_slug(provider) if provider else None
    if replay:  # a rehearsal: nobody waits for its end
        return run_refresh(home, slug, replay, date, as_json)
    from pipelines.alerts.delivery import heartbeat

    heartbeat.began()
    code = ERROR
    try:
        code = run_refresh(home, slug, replay, date, as_json)
    except UsageError:
        code = USAGE
        raise
    finally:
        heartbeat.ended(code)
    return code


def run_refresh(
    home: Path | None, slug: str | None, replay: Path | None, day: date | None, as_json: bool, has_history: bool = True
) -> int:
    from pipelines.cli.progress import show_progress
    from pipelines.queries import keep_limits

    keep_limits.check()
    root, replay = writable_home(home).root, replay and replay.resolve()
    with show_progress(), _scraping_ahead(home, replay, day) if replay and not slug else nullcontext():
        from pipelines import in_process

        try:
            result = in_process.refresh(root, slug, replay, day, has_history=has_history)
        except in_process.DayOutOfRange as wrong:
            raise UsageError(str(wrong)) from wrong
    is_whole = result.reported and result.copied and not result.failed and not result.partial
    code = ERROR if not result.published else OK if is_whole else PARTIAL
    if as_json:
        columns = ("published", "reported", "copied", "failed", "partial")
        show(columns, [(result.published, result.reported, result.copied, result.failed, result.partial)], "json")
    for name, why in result.reasons.items():
        say(why if why.startswith(name) else f"{name}: {why}")
    for names, outcome in ((result.failed, "failed"), (result.partial, "was read in part")):
        for name in names:
            say(f"{name} {outcome}; its last good prices are carried forward")
    if result.published and not result.reported:
        say("the prices are published, but the report was not built: the previous report stays")
    if result.published and not result.copied:
        say("the prices are published here, but not to Postgres: `gpuhour publish` tries again")
    if not result.published:
        say("nothing was published: the previous database stays. See the messages above")
    return code


@contextmanager
def _scraping_ahead(home: Path | None, replay: Path, day: date | None) -> Iterator[None]:
    """Scrape recorded pages while Dagster is imported and runs, unless several machines share the work."""
    from pipelines.ingest.scrape_ahead import scraping_ahead
    from scrapers.fetching.replay import Replay
    from scrapers.model import FetchError

    state, recorded = settings.home(home), None
    with suppress(FetchError):  # each step says so
        recorded = Replay(replay, day)
    if recorded is None or state.lake or settings.broker():
        yield
        return
    with scraping_ahead(state, recorded):
        yield
