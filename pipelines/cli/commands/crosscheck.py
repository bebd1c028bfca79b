"""`gpuhour crosscheck`: compare our prices with independent catalogs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from pipelines import settings
from pipelines.cli.console import OK, PARTIAL, published_database, say
from pipelines.cli.options import FormatOption, HomeOption, JsonOption, output_format
from pipelines.cli.table_output import show
from pipelines.errors import UsageError

if TYPE_CHECKING:
    from scrapers.model import Page
    from warehouse.storage.state_dir import Home

COLUMNS = (
    "difference_pct", "usd_per_gpu_hour", "their_usd_per_gpu_hour", "provider", "catalog", "matched_by", "gpu",
    "gpu_memory_gb", "gpu_count", "instance", "region", "pricing_model", "term_months", "agrees", "observed_at",
    "their_observed_at", "source_url", "sha256", "their_source_url", "their_sha256", "text", "their_text",
)  # fmt: skip


def crosscheck(
    *,
    files: Annotated[list[str] | None, Parameter(name="--file")] = None,
    offline: bool = False,
    every: Annotated[bool, Parameter(name="--all")] = False,
    provider: str | None = None,
    style: FormatOption = "table",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Compare our prices with the catalogs of gpuhunt, SkyPilot and ec2instances; list differences above 5 percent.

    Their prices land as an import named crosscheck: for the gate, an equal price of the same machine confirms ours.
    Exits 3 when a catalog could not be read.

    Parameters
    ----------
    files
        A recorded catalog instead of the network: CATALOG:CLOUD=PATH, as in gpuhunt:aws=aws.csv; may be repeated.
    offline
        Compare with catalogs that landed before; fetch nothing.
    every
        Include prices that agree.
    provider
        Only this provider.
    """
    from pipelines.cli.progress import show_progress

    state = settings.home(home)
    failed: list[str] = []
    if not offline:
        with show_progress("comparing"):
            pages, failed = ([_recorded(text) for text in files], []) if files else _fetched(state)
            failed += _land(state, pages)
        for line in failed:
            say(line)
    with published_database(home) as con:
        rows = con.execute(
            f"select {', '.join(COLUMNS)} from marts.crosscheck "  # noqa: S608 -- columns of ours
            "where (not agrees or ?) and (provider = ? or ? is null)",
            [every, provider, provider],
        ).fetchall()
        sizes = con.execute(
            "select catalog, count(*), count(*) filter (where agrees) from marts.crosscheck group by catalog order by 1"
        ).fetchall()
    for catalog, n, agreeing in sizes:
        say(f"{catalog}: {agreeing} of {n} prices agree within 5 %")
    if not sizes:
        say("no price could be compared: no catalog lists any price in force here")
    show(COLUMNS, rows, output_format(style, as_json))
    return PARTIAL if failed else OK


def _recorded(text: str) -> Page:
    """Return a page for "gpuhunt:aws=aws.csv". Raises UsageError for another form, an unknown catalog or no file."""
    import hashlib

    from scrapers.model import Page
    from scrapers.reference import peer_catalogs

    kind, _, path = text.partition("=")
    catalog, _, cloud = kind.partition(":")
    names = [c.slug for c in peer_catalogs.ALL]
    if catalog not in names or not cloud or not path:
        raise UsageError(f"--file must be CATALOG:CLOUD=PATH with a catalog of {', '.join(names)}, not {text!r}")
    file = Path(path)
    if not file.is_file():
        raise UsageError(f"no such file: {file}")
    content = file.read_bytes()
    when = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    sha256 = hashlib.sha256(content).hexdigest()
    return Page(catalog, file.resolve().as_uri(), when, cloud, content=content, sha256=sha256, fetched_by="file")


def _fetched(state: Home) -> tuple[list[Page], list[str]]:
    """Fetch the current catalogs; return their pages and the failures."""
    from scrapers.fetching.archive import Archive
    from scrapers.fetching.crawler import Fetcher
    from scrapers.fetching.policy import Settings, host_of
    from scrapers.model import Failure
    from scrapers.reference import peer_catalogs

    pages: list[Page] = []
    failures: dict[tuple[str, str], list[str]] = {}
    # One attempt: whoever waits at a terminal can run it again.
    with Fetcher(Archive(state.root), settings=replace(Settings.from_env(), attempts=1)) as fetcher:
        for catalog in peer_catalogs.ALL:
            for result in fetcher.crawl(catalog):
                if isinstance(result, Failure):
                    failures.setdefault((catalog.slug, host_of(result.request.url)), []).append(result.error)
                else:
                    pages.append(result)
    return pages, [_summary(slug, host, errors) for (slug, host), errors in failures.items()]


def _summary(slug: str, host: str, errors: Sequence[str]) -> str:
    more = f" (and {len(errors) - 1} more of its files from {host})" if len(errors) > 1 else ""
    return f"{slug}: {errors[0]}{more}"


def _land(state: Home, pages: list[Page]) -> list[str]:
    """Land the catalogs' prices, build and publish; return what could not be read."""
    from pipelines.cli.commands.import_history import publish
    from scrapers.reference.peer_catalogs import catalog_rows
    from warehouse.imports import peer_catalogs
    from warehouse.imports.import_file import land_file, only_importer

    with only_importer(state) as room:
        file, unreadable = peer_catalogs.read(((page, catalog_rows(page)) for page in pages), room)
        if file is not None:
            land_file(state, file, peer_catalogs.SOURCE, room)
    if file is not None:
        publish(state)
    return unreadable
