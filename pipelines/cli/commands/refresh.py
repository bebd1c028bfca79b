"""Commands that work: refresh, demo, capture, and how to run daily."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pipelines import settings
from pipelines.cli.commands.prices import show_prices
from pipelines.cli.console import (
    ERROR,
    OK,
    PARTIAL,
    USAGE,
    Home,
    Json,
    Problem,
    Style,
    known_slug,
    published_database,
    say,
)
from pipelines.cli.table_output import show
from pipelines.queries.filters import MAX_AGE, Filter


def refresh(
    *,
    provider: str | None = None,
    replay: Path | None = None,
    date: date | None = None,
    as_json: Json = False,
    home: Home = None,
) -> int:
    """Fetch every provider's pages, land them, rebuild and publish. Exits 3 when some provider failed.

    Parameters
    ----------
    provider
        Only this provider.
    replay
        Fetch from this folder of recorded captures instead of the network.
    date
        UTC day to refresh: a past day re-reads its archived pages; with --replay, the day to pretend.
    """
    if replay and not replay.is_dir():
        raise Problem(f"no such folder of captures: {replay}")
    return _refresh(home, known_slug(provider) if provider else None, replay, date, as_json)


def _refresh(home: Path | None, slug: str | None, replay: Path | None, day: date | None, as_json: bool) -> int:
    from pipelines.cli.progress import shown

    with shown():
        from pipelines.in_process import NoSuchDay
        from pipelines.in_process import refresh as run

        try:
            done = run(settings.home(home).root, slug, replay and replay.resolve(), day)
        except NoSuchDay as wrong:
            raise Problem(str(wrong), USAGE) from wrong
    code = ERROR if not done.published else PARTIAL if done.failed or done.partial or not done.reported else OK
    if as_json:
        columns = ("published", "reported", "failed", "partial")
        show(columns, [(done.published, done.reported, done.failed, done.partial)], "json")
    for name, why in done.reasons.items():
        say(why if why.startswith(name) else f"{name}: {why}")
    for names, what in ((done.failed, "failed"), (done.partial, "was read in part")):
        for name in names:
            say(f"{name} {what}; its last good prices stay, carried forward")
    if done.published and not done.reported:
        say("the prices are published, but the report was not built: the old one stays")
    if not done.published:
        say("nothing was published; the old database stays. See the messages above")
    return code


def demo(*, style: Style = "table", home: Home = None) -> int:
    """Run the main job on recorded captures, without any network, and print the A100 prices it finds."""
    from pipelines.queries import current_prices

    captures = settings.CHECKOUT / "tests" / "captures"
    code = _refresh(home, None, captures, None, False)
    with published_database(home) as con:
        rows = current_prices.prices(con, Filter(gpu="A100"), current_prices.today(con), MAX_AGE)
        health = current_prices.last_tries(con)
    show_prices(rows, style)
    ok = sum(status == "ok" for status, _, _ in health.values())
    say(f"{len(rows)} A100 prices; {ok} of {len(health)} providers read. These are recorded pages, not today's")
    for slug, (status, day, detail) in sorted(health.items()):
        if status != "ok":
            say(f"{slug}: {status} on {day}: {detail}")
    say('next: gpuhour prices H100 · gpuhour sql "from marts.errata" · make refresh (live)')
    site = settings.home(home).report / "index.html"
    if site.exists():
        say(f"report: {site} · gpuhour report serve shows it on http://127.0.0.1:8000")
    return code


def capture(
    provider: str,
    /,
    *,
    out: Path = settings.CHECKOUT / "tests" / "captures",
    replay: Path | None = None,
    home: Home = None,
) -> int:
    """Record a provider's pages as capture folders for the tests; review their offers.json before committing.

    Parameters
    ----------
    provider
        Provider to record.
    out
        Folder that gets <provider>/<date>_<page>/.
    replay
        Record from this folder of captures instead of the network.
    """
    from pipelines.ingest.record_capture import capture as record

    folders, failed = record(known_slug(provider), out, settings.home(home), replay)
    for folder in folders:
        print(folder)
    for reason in failed:
        say(reason)
    return ERROR if not folders else PARTIAL if failed else OK


def schedule() -> int:
    """Print a systemd timer and a cron line that refresh daily, also after a day the machine was off."""
    from pipelines.cli.service_units import TEXT

    print(TEXT.format(checkout=settings.CHECKOUT, home=settings.home().root))
    return OK
