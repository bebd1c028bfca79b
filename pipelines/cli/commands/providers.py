"""`gpuhour providers`: list providers, accept an unverified one, and check what changed on their pages."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from pipelines import settings
from pipelines.cli.commands import providers_add
from pipelines.cli.console import ERROR, OK, PARTIAL, known_slug, login_name, published_database, say
from pipelines.cli.options import FormatOption, HomeOption, JsonOption, output_format
from pipelines.cli.table_output import Format, show
from pipelines.errors import CommandError, UsageError

COLUMNS = ("provider", "name", "kind", "basis", "access", "publishes", "units", "terms", "note", "url", "status",
           "last_tried", "detail")  # fmt: skip
_RANK = ("provider", "kind", "status", "last_tried", "access", "publishes")  # what a narrow terminal shows first
app = App(
    name="providers", help="The providers, their sources, and how reading them goes.", result_action="return_value"
)
app.command(providers_add.add)


@app.default
def list_(*, style: FormatOption = "table", as_json: JsonOption = False, home: HomeOption = None) -> int:
    """List the providers: the source of each one's prices, what it publishes, and the result of its last attempt.

    basis: what the parser was written from: recorded pages, a documented schema, or nothing yet (unverified).
    """
    from pipelines.cli.source_pages import terms
    from pipelines.queries import current_prices
    from scrapers import registry
    from warehouse.storage.ledger import accepted

    health = {}
    state = settings.home(home)
    if state.published.exists():
        with published_database(home) as con:
            health = current_prices.last_attempts(con)
    accepted_slugs = accepted(state)
    rows = []
    for p in registry.all_providers():
        basis = "accepted" if p.basis == "unverified" and p.slug in accepted_slugs else p.basis
        about = (p.slug, p.name, p.kind, basis, p.access, p.publishes, p.units, terms(p), p.note, p.requests[0].url)
        rows.append((*about, *health.get(p.slug, ("never tried", None, ""))))
    show(COLUMNS, rows, output_format(style, as_json), rank=_RANK, wrap="detail")
    unverified = sum(row[3] == "unverified" for row in rows)
    documented = sum(row[3] == "documented" for row in rows)
    verified = len(rows) - unverified
    say(f"{verified} verified ({documented} of them from a documented schema); {unverified} unverified, without prices")
    return OK


@app.command
def accept(
    provider: str,
    /,
    *,
    note: Annotated[str, Parameter(help="What you reviewed; kept with your login name.")] = "",
    home: HomeOption = None,
) -> int:
    """Confirm that you reviewed what an unverified provider's parser reads from a page, and that it is right.

    Its prices are published from the next refresh on; `gpuhour replay --apply` reads the archived pages too.

    Parameters
    ----------
    provider
        Provider; `gpuhour parse PROVIDER PAGE` shows what its parser reads from an archived page.
    """
    from scrapers import registry
    from warehouse.storage.ledger import LedgerError, accept, accepted

    slug, state = known_slug(provider), settings.home(home)
    if registry.get(slug).basis != "unverified":
        raise UsageError(f"{slug} needs no acceptance: its parser is tested on {registry.get(slug).basis} answers")
    try:
        if slug in accepted(state):
            say(f"{slug} is already accepted")
            return OK
        accept(state, slug, login_name(), note)
    except LedgerError as failed:
        raise CommandError(str(failed)) from failed
    say(f"{slug}: its prices are published from the next refresh on")
    return OK


@app.command
def check(
    provider: str | None = None,
    page: Path | None = None,
    /,
    *,
    only: Annotated[str | None, Parameter(name="--provider", help="Only this provider.")] = None,
    live: Annotated[
        bool, Parameter(negative="", help="Fetch every source once and report what it is like today; land nothing.")
    ] = False,
    style: FormatOption = "table",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Report what changed on a provider's pages since they were last read successfully, to help repair its parser.

    Compares the newest archived page of each source with the last one before it that could be read or, where there is
    none, with the capture recorded for the tests. Exits 3 when a change costs prices.

    With --live, fetches every source once, politely, compares it with the recorded capture, and writes a report with
    the pages as captures under live-checks/ of the state folder. States: ok, general_reader (read, not by its own
    parser), partial, moved, blocked, needs_key, failed. Exits 3 when a source is in none of the first two and lacks
    no key, 1 when no source could be read.

    Parameters
    ----------
    provider
        Only this provider.
    page
        A file to check instead of the newest archived page.
    """
    from pipelines.ingest.layout_drift import COLUMNS, find_drift, has_pages
    from pipelines.ingest.worker import from_worker
    from scrapers import registry

    if provider and only and known_slug(provider) != known_slug(only):
        raise UsageError(f"two providers are named: {provider} and {only}")
    provider = provider or only
    if live:
        if page is not None:
            raise UsageError("--live fetches pages: leave out the file")
        return _check_live(provider, output_format(style, as_json), home)
    if page is not None and not page.is_file():
        raise UsageError(f"no such file: {page}")
    slugs = [known_slug(provider)] if provider else list(registry.modules())
    state = settings.home(home)
    drifts = [change for slug in slugs for change in from_worker(partial(find_drift, registry.get(slug), state, page))]
    if not drifts and provider:
        if not has_pages(registry.get(slugs[0]), settings.home(home), page):
            raise CommandError(f"{provider}: nothing to compare: no page is archived; gpuhour refresh fetches one")
        say(f"{provider}: nothing changed on its pages that costs prices or adds any")
    show(COLUMNS, [change.row() for change in drifts], output_format(style, as_json))
    return PARTIAL if any(change.is_alarm for change in drifts) else OK


def _check_live(provider: str | None, style: Format, home: Path | None) -> int:
    from pipelines.cli.progress import show_progress
    from pipelines.ingest import live_check, live_report
    from scrapers import registry
    from scrapers.fetching.archive import Archive
    from scrapers.fetching.crawler import Fetcher

    state = settings.home(home)
    slugs = [known_slug(provider)] if provider else list(registry.modules())
    with show_progress("reading every source once"):
        try:
            report = live_report.new_folder(state.live_checks)
            with Fetcher(Archive(state.root)) as fetcher:
                checks = list(live_check.check_live([registry.get(s) for s in slugs], fetcher, report / "captures"))
            live_report.write(report, checks)
        except OSError as failed:
            raise CommandError(f"cannot write the report below {state.live_checks}: {failed}") from failed
    show(live_check.COLUMNS, [check.row() for check in checks], style, wrap="detail")
    say(f"{live_report.summary(checks)}; report and captures: {report}")
    if any(check.state not in live_check.FINE for check in checks):
        return PARTIAL if any(check.state in ("ok", "general_reader", "partial") for check in checks) else ERROR
    return OK
