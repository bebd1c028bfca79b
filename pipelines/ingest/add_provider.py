"""Makes a new provider from one page: fetches it politely, reads it by meaning, writes its file and its capture."""

from __future__ import annotations

import keyword
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.errors import CommandError, UsageError
from pipelines.ingest.parse_file import OFFER_COLUMNS, FileReading, file_reading, is_announced, open_page
from pipelines.ingest.provider_description import describe, is_name, name_of, slug_of, start
from pipelines.ingest.provider_module import module_source
from pipelines.ingest.read_url import fetch_and_read
from pipelines.ingest.record_capture import write_capture
from scrapers import registry
from scrapers.fetching import bot_walls
from scrapers.fetching.policy import Settings, is_same_address
from scrapers.model import FetchError, LayoutError, Page, Provider, clip
from scrapers.parsing import offer_bounds
from scrapers.parsing.text import is_complete
from scrapers.reading.documents import kind
from scrapers.reading.provider_page import Reading, read_provider_page
from warehouse.identity.providers import provider_slug
from warehouse.storage.files import replacing
from warehouse.storage.state_dir import Home

_SLUG = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_TYPES = {"html": "text/html; charset=utf-8", "json": "application/json", "markdown": "text/markdown; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class NewProvider:
    """A provider that was read for the first time: its description, the page, and what the page says."""

    provider: Provider
    page: Page
    reading: FileReading

    def to_review(self) -> Iterator[str]:
        """Yield what a person should look at before committing, beside the rows themselves."""
        rows = [dict(zip(OFFER_COLUMNS, row, strict=True)) for row in self.reading.offers()]
        yield f"{len(rows)} rows: compare each with the page"
        account = self.reading.account
        yield "account: whole" if account.is_whole else f"account: partial, {len(list(account.reasons()))} reasons"
        unknown = sorted({clip(str(row["instance"]), 40) for row in rows if row["gpu"] is None})
        if unknown:
            yield f"GPU not identified (add an alias to warehouse/seeds/gpus.csv): {', '.join(unknown[:5])}"
        if floors := sum(bool(row["is_floor"]) for row in rows):
            yield f"{floors} rows are lower bounds ('from'): published as floors, never as prices"
        if any(row["currency"] is None for row in rows):
            yield "currency not stated on the page: state it in ByMeaning(Hints(currency=...)) once you know it"
        if self.provider.requests[0].browser:
            yield "read in a browser: name what to wait for in wait_for=..., as a CSS selector"
        yield "kind: a provider of its own machines, unless you add kind='marketplace' or 'aggregator'"


def check_request(url: str, slug: str, name: str, out: Path) -> str:
    """Return the slug to use. Raises UsageError for an address, a slug or a name that cannot be used or is taken."""
    if re.search(r"[\s\"'`<>\\|]", url) or not url.isprintable():
        raise UsageError(f"{clip(url)}: an address holds no spaces or quotes; write them as %20, %22")
    slug = slug or slug_of(url)
    if not _SLUG.fullmatch(slug) or slug == "unverified":
        raise UsageError(f"{slug!r} cannot be a module's name: choose one with --slug, such as acmecloud")
    if name and not is_name(name):
        raise UsageError(f"--name {clip(name)!r}: letters, digits, spaces and .&+()/'- only, at most 60")
    if slug in registry.modules() or provider_slug(slug) in registry.modules():
        raise UsageError(f"{slug} exists: {registry.modules()[provider_slug(slug)].replace('.', '/')}.py; {_INSTEAD}")
    for other in registry.all_providers():
        if slug in other.aliases:
            raise UsageError(f"{slug} is a former name of {other.slug}; choose another with --slug")
        if any(is_same_address(url, request.url) for request in other.requests):
            raise UsageError(f"{url} is already read as {other.slug}; {_INSTEAD}")
    for path in (module_path(out, slug), captures_path(out, slug)):
        if path.exists():
            raise UsageError(f"{path} exists; move it away, or choose another name with --slug")
    return slug


_INSTEAD = "`gpuhour capture` records a page of a known provider; one in by_meaning.csv is removed there first"


def module_path(out: Path, slug: str) -> Path:
    """Return where a provider's file belongs; a keyword gets an underscore."""
    return out / "scrapers" / "providers" / f"{slug}{'_' if keyword.iskeyword(slug) else ''}.py"


def captures_path(out: Path, slug: str) -> Path:
    """Return where a provider's captures belong."""
    return out / "tests" / "captures" / slug


def read_new_provider(
    url: str,
    slug: str,
    name: str,
    in_browser: bool,
    home: Home,
    file: Path | None = None,
    settings: Settings | None = None,
) -> NewProvider:
    """Read a page that belongs to no provider yet: from its address, or from a file that was saved from it.

    Raises FetchError (also for a bot wall), LayoutError (also for a page without prices), NoPublicPrice and OSError.
    """
    draft = start(slug, name or slug, url)
    if file is None:
        page, reading = fetch_and_read(draft, url, in_browser, home, settings)
    else:
        page = _page_of_file(slug, url, file)
        _refuse_wall(page)
        reading = read_provider_page(draft, page)
    priced = [offer for offer in reading.offers if offer.price is not None and not is_announced(offer, page)]
    if not priced:
        raise LayoutError(page, "a price in force", f"{len(reading.offers)} offers without one")
    rows = file_reading(page, reading)
    gpus = [str(row[OFFER_COLUMNS.index("gpu")]) for row in rows.rows if row[OFFER_COLUMNS.index("gpu")]]
    rows.account.faults.extend(_faults(reading))
    named = replace(draft, name=name or name_of(url, page.text(), slug))
    return NewProvider(describe(named, page, priced, gpus), page, rows)


def _faults(reading: Reading) -> Iterator[str]:
    """Yield the offers that a refresh would refuse."""
    for offer in reading.offers:
        if why := offer_bounds.fault(offer):
            yield f"a refresh refuses {clip(offer.instance or offer.gpu_label, 40)!r}: {why}"


def _page_of_file(slug: str, url: str, file: Path) -> Page:
    page = open_page(slug, file, url, None)
    form = kind(page.text())
    is_cut = form == "html" and not is_complete(page.text())
    return replace(page, source="pricing_page", headers={"content-type": _TYPES[form]}, is_excerpt=is_cut)


def _refuse_wall(page: Page) -> None:
    if wall := bot_walls.of_page(page):
        raise FetchError(f"{page.url} is {wall}, not the provider's page", "blocked")


def write_provider(new: NewProvider, out: Path) -> tuple[Path, Path]:
    """Write the provider's file and its capture below a checkout; return both. On an error, neither is left.

    Raises CommandError when they cannot be written.
    """
    slug = new.provider.slug
    module, captures = module_path(out, slug), captures_path(out, slug)
    try:
        captures.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix="_", dir=captures.parent))  # tests leave out what begins so
    except OSError as failed:
        raise CommandError(f"cannot write below {out}: {failed}") from failed
    try:
        part.chmod(0o755)
        name = write_capture(part, new.page, None, new.provider).name
        with replacing(module) as unfinished:
            unfinished.write_text(module_source(new.provider), encoding="utf-8")
            part.rename(captures)
    except OSError as failed:
        if not module.exists():
            shutil.rmtree(captures, ignore_errors=True)
        raise CommandError(f"cannot write {slug} below {out}: {failed}") from failed
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return module, captures / name
