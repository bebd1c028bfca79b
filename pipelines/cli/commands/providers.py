"""Commands on providers: list them, accept one that nobody had seen a page of, and tell what changed on a page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from pipelines import settings
from pipelines.cli.console import OK, PARTIAL, known_slug, login_name, published_database, say
from pipelines.cli.options import FormatOption, HomeOption, JsonOption, output_format
from pipelines.cli.table_output import show
from pipelines.errors import CommandError, UsageError
from scrapers.model import Provider

COLUMNS = ("provider", "name", "kind", "basis", "access", "publishes", "units", "terms", "note", "url", "status",
           "last_tried", "detail")  # fmt: skip
app = App(name="providers", help="Whose prices are read, from where, and how that goes.", result_action="return_value")


@app.default
def list_(*, style: FormatOption = "table", as_json: JsonOption = False, home: HomeOption = None) -> int:
    """List the providers: where each one's prices come from, what it publishes, and how its last try ended.

    basis: what the reader was written from: recorded pages, a documented schema, or nothing yet (unverified).
    """
    from pipelines.queries import current_prices
    from scrapers import registry
    from warehouse.storage.ledger import accepted

    health = {}
    state = settings.home(home)
    if state.published.exists():
        with published_database(home) as con:
            health = current_prices.last_tries(con)
    seen = accepted(state)
    rows = []
    for p in registry.all_providers():
        basis = "accepted" if p.basis == "unverified" and p.slug in seen else p.basis
        about = (p.slug, p.name, p.kind, basis, p.access, p.publishes, p.units, _terms(p), p.note, p.requests[0].url)
        rows.append((*about, *health.get(p.slug, ("never tried", None, ""))))
    show(COLUMNS, rows, output_format(style, as_json))
    unverified = sum(row[3] == "unverified" for row in rows)
    documented = sum(row[3] == "documented" for row in rows)
    verified = len(rows) - unverified
    say(f"{verified} verified ({documented} of them by a documented schema); {unverified} unverified, without prices")
    return OK


def _terms(provider: Provider) -> str:
    """What is known of robots.txt and terms: what the provider's file says, else what its kind of access means."""
    if provider.terms:
        return provider.terms
    keyed = any("{" in value for r in provider.requests for value in r.headers.values())
    return "; ".join(
        ["robots.txt is asked before every visit"]
        + (["its API under the terms of your own account"] if keyed else [])
        + (["public API for anyone"] if "public API" in provider.access or "bulk" in provider.access else [])
        + (["terms of the site not reviewed by a lawyer"] if "page" in provider.access.lower() else [])
    )


@app.command
def accept(
    provider: str,
    /,
    *,
    note: Annotated[str, Parameter(help="What you looked at; kept with your login name.")] = "",
    home: HomeOption = None,
) -> int:
    """Say that you have seen what an unverified provider's reader makes of a page, and that it is right.

    From the next refresh on its prices are published; `gpuhour replay --apply` reads the archived pages too.

    Parameters
    ----------
    provider
        Provider; `gpuhour parse PROVIDER PAGE` shows what its reader makes of an archived page.
    """
    from scrapers import registry
    from warehouse.storage.ledger import LedgerError, accept, accepted

    slug, state = known_slug(provider), settings.home(home)
    if registry.get(slug).basis != "unverified":
        raise UsageError(f"{slug} needs no acceptance: its reader is tested on {registry.get(slug).basis} answers")
    try:
        if slug in accepted(state):
            say(f"{slug} was accepted before")
            return OK
        accept(state, slug, login_name(), note)
    except LedgerError as failed:
        raise CommandError(str(failed)) from failed
    say(f"{slug}: what its reader makes of a page is published from the next refresh on")
    return OK


@app.command
def check(
    provider: str | None = None,
    page: Path | None = None,
    /,
    *,
    style: FormatOption = "table",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Tell what changed on a provider's pages since they were last read well, in words to mend its reader by.

    Compares the newest archived page of each source with the one before it that could be read, or, where there is
    none, with what is recorded for the tests. Exits 3 when something changed that costs prices.

    Parameters
    ----------
    provider
        Only this provider.
    page
        A file to look at instead of the newest archived page.
    """
    from pipelines.ingest.layout_drift import COLUMNS, examine
    from scrapers import registry

    if page is not None and not page.is_file():
        raise UsageError(f"no such file: {page}")
    slugs = [known_slug(provider)] if provider else list(registry.modules())
    found = [change for slug in slugs for change in examine(registry.get(slug), settings.home(home), page)]
    if not found and provider:
        raise CommandError(f"{provider}: nothing to compare: no page is archived and none recorded")
    show(COLUMNS, [change.row() for change in found], output_format(style, as_json))
    return PARTIAL if any(change.is_alarm for change in found) else OK
