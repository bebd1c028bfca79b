"""One provider's scrape from start to end: fetch (or re-open) its pages, parse each, land the observations."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache, partial
from itertools import chain
from pathlib import Path

import scrapers
from pipelines.ingest.known_offers import LandedVersions, adopt, known_offers
from pipelines.ingest.worker import WorkerFailed, from_worker, result_of
from pipelines.queries import keep_limits
from scrapers.fetching import bot_walls, wayback
from scrapers.fetching.archive import Archive
from scrapers.fetching.crawler import NOT_ASKED, Fetcher
from scrapers.fetching.replay import Replay
from scrapers.model import Failure, FetchError, LayoutError, NoPublicPrice, Offer, Page, Provider, ScrapeError, clip
from scrapers.parsing import offer_bounds, paging
from scrapers.parsing.paging import Extent
from scrapers.reading.account import Account
from scrapers.reading.provider_page import read_provider_page
from scrapers.reference import ecb
from warehouse.identity.gpus import identify_offer
from warehouse.storage.landing import Origin, Seen, Status, land, land_rates
from warehouse.storage.ledger import accepted
from warehouse.storage.state_dir import Home

FAILURES: dict[str, Status] = {
    "failed": "failed",
    "too_many": "failed",
    "moved": "failed",
    "blocked": "blocked",
    "needs_key": "needs_key",
    "robots_denied": "robots_denied",
    "layout": "layout_changed",
}
log = logging.getLogger("gpuhour.scrape")


def failed_status(error: ScrapeError) -> Status:
    """Return the status of an attempt that ended with this."""
    if isinstance(error, LayoutError):
        return "layout_changed"
    return FAILURES[error.kind if isinstance(error, FetchError) else "failed"]


class NothingArchived(ScrapeError):
    """No page of the requested past day was archived."""


@cache
def parser_version() -> str:
    """Return twelve hex digits over all parsers' source: the version that a receipt names."""
    digest = hashlib.sha256()
    for path in sorted(Path(scrapers.__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class PageResult:
    """A page's observation, and how much of its list it holds; one without an observation is about to be read."""

    page: Page  # without its bytes
    observation: Seen | None = None
    extent: Extent | None = None


def collect(provider: Provider, fetcher: Fetcher, home: Home, origin: Origin) -> list[Seen]:
    """Fetch and parse every page of a provider and land the result; a failing page does not affect the others.

    Both run in a worker: whatever a page does to it is this provider's failure. Returns one observation per page.
    Raises OSError when landing fails.
    """
    started_at = fetcher.now()
    versions = LandedVersions(home, provider.slug, parser_version())

    def work() -> Iterator[PageResult | Failure]:
        with fetcher:
            yield from _crawled(provider, fetcher, versions, home)

    observations = _land(provider, home, _with_known_offers(from_worker(work), versions), origin, started_at)
    if origin == "live" and (absent := missing_gpus(provider, observations)):
        log.warning(
            "%s: expected GPU %s is missing from every page; run `gpuhour providers check %s`",
            provider.slug, ", ".join(absent), provider.slug,
        )  # fmt: skip
    return observations


def collect_recorded(provider: Provider, recorded: Replay, home: Home) -> list[Seen]:
    """Land what a replay has of a provider; nothing where there is no capture yet of an unverified one."""
    if provider.basis == "unverified" and not (recorded.folder / provider.slug).is_dir():
        return []
    with Fetcher(Archive(home.root), recorded) as fetcher:
        return collect(provider, fetcher, home, "recorded")


def collect_rendered(providers: Sequence[Provider], recorded: Replay, home: Home) -> dict[str, list[Seen]]:
    """Land what a replay has of several providers, by slug: one worker fetches it all, and one browser renders it.

    To start a browser takes longer than to render a page. Where a page ends the worker, that is its provider's failure,
    and those that come after it are missing.
    """
    of_slug = {provider.slug: provider for provider in providers}
    versions = {slug: LandedVersions(home, slug, parser_version()) for slug in of_slug}

    def work() -> Iterator[PageResult | Failure | None]:
        with ExitStack() as fetchers:  # the browser goes on while any of them is open
            for slug, provider in of_slug.items():
                fetcher = fetchers.enter_context(Fetcher(Archive(home.root), recorded))
                yield from _crawled(provider, fetcher, versions[slug], home)
                yield None

    results, has_died = from_worker(work), False

    def next_provider() -> Iterator[PageResult | Failure]:
        nonlocal has_died
        try:
            yield from iter(partial(next, results), None)
        except WorkerFailed:
            has_died = True
            raise

    landed: dict[str, list[Seen]] = {}
    for slug, provider in of_slug.items():
        of_one = _with_known_offers(next_provider(), versions[slug])
        landed[slug] = _land(provider, home, of_one, "recorded", recorded.newest())
        if has_died:
            break
    return landed


def _crawled(
    provider: Provider, fetcher: Fetcher, versions: LandedVersions, home: Home
) -> Iterator[PageResult | Failure]:
    for result in fetcher.crawl(provider, is_known=versions.has):
        if isinstance(result, Failure):
            yield result
        elif NOT_ASKED in result.headers and versions.has(result):
            yield PageResult(replace(result, content=None), _seen_again(result))
        else:
            yield from _read(provider, result, home)


def missing_gpus(provider: Provider, results: Iterable[Seen]) -> list[str]:
    """Return expected models that a complete scrape of a provider lacks; none where a page failed."""
    observations = list(results)
    if any(observation.status != "ok" for observation in observations):
        return []
    models = {
        identify_offer(provider.slug, offer).gpu.model for observation in observations for offer in observation.offers
    }
    return [gpu for gpu in provider.expects if gpu not in models]


def reparse(provider: Provider, day: date, home: Home) -> list[Seen]:
    """Parse a past UTC day's archived pages with today's parsers and land the result.

    Raises NothingArchived when no page of that day was archived: the past cannot be fetched.
    """
    pages = [page for page in Archive(home.root).pages(provider.slug, day) if not wayback.is_captured(page)]
    if not pages and Archive(home.root).removed(provider.slug, day):
        raise NothingArchived(
            f"{provider.slug}: the pages of {day} were removed by {keep_limits.PAGES}; what was read of them stays"
        )
    if not pages:
        raise NothingArchived(
            f"{provider.slug}: no archived page of {day} under {home.pages / provider.slug}; past days can only be "
            "read from the archive, and only today can be fetched"
        )
    work = chain.from_iterable(_read(provider, page, home) for page in pages)
    return _land(provider, home, from_worker(lambda: work), origin_of(pages[0]), pages[0].captured_at)


def _read(provider: Provider, page: Page, home: Home) -> Iterator[PageResult]:
    """Announce a page, then parse it, and note how much of its list it says it holds."""
    bare = replace(page, content=None)
    yield PageResult(bare)
    observation = withhold_unreviewed(provider, read_page(provider, page, home), home)
    yield PageResult(bare, observation, paging.extent(provider, page))


def _seen_again(page: Page) -> Seen:
    """Return the observation of a version that was landed before, without its offers."""
    return Seen(
        page.provider, page.source, page.url, page.captured_at, "ok", "", page.sha256, page.fetched_by, origin_of(page)
    )  # fmt: skip


def _with_known_offers(
    results: Iterable[PageResult | Failure], versions: LandedVersions
) -> Iterator[PageResult | Failure]:
    """Give versions that were landed before the offers that they stated, on this side of the worker."""
    for result in results:
        if isinstance(result, Failure) or NOT_ASKED not in result.page.headers or not versions.has(result.page):
            yield result
        elif result.observation:
            yield replace(result, observation=replace(result.observation, offers=versions.offers(result.page)))


def withhold_unreviewed(provider: Provider, observation: Seen, home: Home) -> Seen:
    """Return the observation, without prices if nobody has reviewed this unverified provider's parser yet."""
    if (
        provider.basis != "unverified"
        or observation.status not in ("ok", "partial", "layout_changed")
        or provider.slug in accepted(home)
    ):
        return observation
    priced = [offer for offer in observation.offers if offer.price is not None]
    content = f"{len(priced)} prices, the first {priced[0].text!r}" if priced else observation.detail or "no price"
    detail = (
        f"{provider.slug}: nobody has reviewed its pages yet. This one is archived and seems to state {content}. "
        f"Run `gpuhour providers accept {provider.slug}` to publish its prices"
    )
    return replace(observation, status="unverified", detail=detail, offers=())


def collect_rates(fetcher: Fetcher, home: Home) -> int:
    """Fetch and land the reference exchange rates; return their number. Raises ScrapeError when unavailable.

    Nothing else fails without them: the rates bundled with a library are used, and a price names the day of its rate.
    """
    page = fetcher.fetch(ecb.ECB, ecb.DAILY)
    rates = result_of(lambda: ecb.rates(page))
    land_rates(home, page.sha256, [(r.rate_on, r.currency, r.per_eur) for r in rates])
    _log_page(page.provider, "ok", len(rates), page.url)
    return len(rates)


def _log_page(slug: str, status: str, count: int, url: str) -> None:
    """Log one line of progress about a page."""
    log.info("%-10s %-15s %5d  %s", slug, status, count, _short(url))


def _short(url: str, limit: int = 40) -> str:
    """Shorten a URL for a line of a terminal: host and end, without the middle."""
    bare = url.partition("://")[2]
    host = bare.partition("/")[0]
    return bare if len(bare) <= limit else f"{host}/…{bare[len(host) + len(bare) - limit :]}"


def _failed(provider: Provider, failure: Failure, origin: Origin, started_at: datetime) -> Seen:
    return Seen(
        provider.slug, failure.request.source, failure.request.url, started_at, FAILURES[failure.kind],
        detail=failure.error, origin=origin,
    )  # fmt: skip


def read_page_apart(provider: Provider, page: Page) -> Seen:
    """Read a page as `read_page` does, in a worker: a page that harms its reader is one that cannot be read."""
    try:
        return result_of(lambda: read_page(provider, page))
    except WorkerFailed as failed:
        return _unread(provider, page, failed)


def _unread(provider: Provider, page: Page, failed: WorkerFailed) -> Seen:
    return Seen(
        provider.slug, page.source, page.url, page.captured_at, "layout_changed",
        f"{provider.slug}: reading {page.url} failed: {failed}", page.sha256, page.fetched_by, origin_of(page),
    )  # fmt: skip


def read_page(provider: Provider, page: Page, home: Home | None = None) -> Seen:
    """Read a page into an observation; a page that cannot be read gets a status and a detail, never an error.

    This is the one way from a page to its offers: for a refresh, a re-reading, a check and a backfill alike. What an
    archive captured is read as it was served, and lands under a source of its own. Where the provider's layout fails
    and the page is read by meaning, the status says that the layout changed, and the offers come as far as they agree
    with what `home` knows of the page, else as unvouched for.
    """
    status: Status = "ok"
    detail = ""
    offers: tuple[Offer, ...] = ()
    try:
        if not page.is_index and (wall := bot_walls.of_page(page)):
            # Whatever a parser would make of it, the provider has said nothing.
            status, detail = "blocked", f"{provider.slug}: {page.url} is {wall}, not the provider's page"
        elif not page.is_index:
            reading = read_provider_page(provider, wayback.as_served(page))
            offers = reading.offers
            detail = f"{provider.slug}: {page.url} was read instead of {page.instead_of}" if page.instead_of else ""
            if reading.failure:
                status, detail = "layout_changed", f"{reading.failure}; {len(offers)} offers read by the general reader"
                before = known_offers(home, provider.slug, page.source) if home else []
                offers = tuple(adopt(provider.slug, offers, before))
            elif not reading.account.is_whole:
                detail = partial_note(reading.account)
    except NoPublicPrice as fact:
        status, detail = "no_public_price", str(fact)
    except LayoutError as unknown:
        status, detail = "layout_changed", str(unknown)
    except Exception as broken:
        # A parser that crashes on a page met an unknown layout; other pages must not be affected.
        log.exception("%s: parser failed on %s", provider.slug, page.url)
        status, detail = "layout_changed", f"{provider.slug}: parser failed at {page.url}: {broken!r}"
    faults = {n: why for n, offer in enumerate(offers) if (why := offer_bounds.fault(offer))}
    if faults:
        refused = "; ".join(
            f"{clip(offers[n].instance or offers[n].gpu_label, 40)}: {faults[n]}" for n in [*faults][:3]
        )
        detail = f"{provider.slug}: refused {len(faults)} of {len(offers)} offers at {page.url}: {refused}"
        log.warning("%s", detail)
        offers = tuple(offer for n, offer in enumerate(offers) if n not in faults)
        status = status if offers else "layout_changed"
    if wayback.is_captured(page):
        offers = tuple(replace(offer, source=f"{wayback.PREFIX}{offer.source}") for offer in offers)
    return Seen(
        provider.slug, page.source, page.url, page.captured_at, status, detail, page.sha256, page.fetched_by,
        origin_of(page), offers,
    )  # fmt: skip


def partial_note(account: Account) -> str:
    """Return what a page's account leaves unexplained, as the detail of an observation: begins with "partial"."""
    reasons = list(account.reasons())
    return clip(f"partial: {len(reasons)} amounts near an accelerator are unexplained, the first {reasons[0]}", 400)


def origin_of(page: Page) -> Origin:
    """Return what a page is: a sample however it came, else archived, a recording that a replay gave, or live."""
    if page.is_sample:
        return "sample"
    if wayback.is_captured(page):
        return "archived"
    return "recorded" if page.fetched_by.startswith("replay") else "live"


def _land(
    provider: Provider, home: Home, results: Iterable[PageResult | Failure], origin: Origin, started_at: datetime
) -> list[Seen]:
    landed: list[Seen] = []
    extents: list[tuple[Page, Extent | None]] = []
    being_read: Page | None = None
    try:
        for result in results:
            being_read = None
            if isinstance(result, Failure):
                landed.append(_failed(provider, result, origin, started_at))
            elif result.observation is None:
                being_read = result.page
                continue
            else:
                landed.append(result.observation)
                extents.append((result.page, result.extent))
            _log_page(provider.slug, landed[-1].status, len(landed[-1].offers), landed[-1].url)
    except WorkerFailed as failed:
        log.warning("%s: %s", provider.slug, failed)
        lost = f"{provider.slug}: fetching failed, and no further page was tried: {failed}"
        landed.append(
            _unread(provider, being_read, failed)
            if being_read
            else _failed(provider, Failure(provider.requests[0], lost), origin, started_at)
        )
    missing = paging.gaps(extents)
    landed = [_marked(provider, page, missing[page.url]) if page.url in missing else page for page in landed]
    land(home, provider.slug, landed, parser_version=parser_version())
    return landed


def _marked(provider: Provider, page: Seen, why: str) -> Seen:
    """Return a page whose list did not come whole as partial: what it lacks is not gone."""
    if page.status != "ok":
        return page
    detail = f"{provider.slug}: {why} at {page.url}"
    log.warning("%s", detail)
    return replace(page, status="partial", detail="; ".join(filter(None, (page.detail, detail))))
