"""One provider's scrape from start to end: fetch (or re-open) its pages, parse each, land the observations."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from pathlib import Path

import scrapers
from scrapers.fetching import bot_walls, wayback
from scrapers.fetching.archive import Archive
from scrapers.fetching.crawler import Fetcher
from scrapers.model import Failure, LayoutError, NoPublicPrice, Offer, Page, Provider, ScrapeError, clip
from scrapers.parsing import offer_bounds
from scrapers.reference import ecb
from warehouse.identity.gpus import identify_offer
from warehouse.storage.landing import Origin, Seen, Status, land, land_rates
from warehouse.storage.ledger import accepted
from warehouse.storage.state_dir import Home

_FAILURES: dict[str, Status] = {
    "failed": "failed",
    "too_many": "failed",
    "moved": "failed",
    "blocked": "blocked",
    "needs_key": "needs_key",
    "robots_denied": "robots_denied",
    "layout": "layout_changed",
}
log = logging.getLogger("gpuhour.scrape")


class NothingArchived(ScrapeError):
    """No page of the requested past day was archived."""


@cache
def parser_version() -> str:
    """Return twelve hex digits over all parsers' source: the version that a receipt names."""
    digest = hashlib.sha256()
    for path in sorted(Path(scrapers.__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def collect(provider: Provider, fetcher: Fetcher, home: Home, origin: Origin) -> list[Seen]:
    """Fetch and parse every page of a provider and land the result; a failing page does not affect the others.

    Returns one observation per page. Raises OSError when landing fails.
    """
    started_at = fetcher.now()
    results = (
        _failed(provider, result, origin, started_at)
        if isinstance(result, Failure)
        else withhold_unreviewed(provider, read_page(provider, result), home)
        for result in fetcher.crawl(provider)
    )
    observations = _land(provider, home, results)
    if origin == "live" and (absent := missing_gpus(provider, observations)):
        log.warning(
            "%s: expected GPU %s is missing from every page; run `gpuhour providers check %s`",
            provider.slug, ", ".join(absent), provider.slug,
        )  # fmt: skip
    return observations


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
    if not pages:
        raise NothingArchived(
            f"{provider.slug}: no archived page of {day} under {home.pages / provider.slug}; past days can only be "
            "read from the archive, and only today can be fetched"
        )
    return _land(provider, home, (withhold_unreviewed(provider, read_page(provider, page), home) for page in pages))


def withhold_unreviewed(provider: Provider, observation: Seen, home: Home) -> Seen:
    """Return the observation, without prices if nobody has reviewed this unverified provider's parser yet."""
    if (
        provider.basis != "unverified"
        or observation.status not in ("ok", "layout_changed")
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
    rates = ecb.rates(page)
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
        provider.slug, failure.request.source, failure.request.url, started_at, _FAILURES[failure.kind],
        detail=failure.error, origin=origin,
    )  # fmt: skip


def read_page(provider: Provider, page: Page) -> Seen:
    """Parse a page into an observation; a page that cannot be parsed gets a status and a detail, never an error.

    This is the one way from a page to its offers: for a refresh, a re-reading, a check and a backfill alike. What an
    archive captured is read as it was served, and lands under a source of its own.
    """
    status: Status = "ok"
    detail = ""
    offers: tuple[Offer, ...] = ()
    try:
        if not page.is_index and (wall := bot_walls.of_page(page)):
            # Whatever a parser would make of it, the provider has said nothing.
            status, detail = "blocked", f"{provider.slug}: {page.url} is {wall}, not the provider's page"
        elif not page.is_index:
            offers = tuple(provider.parse(wayback.as_served(page)))
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
        status = "ok" if offers else "layout_changed"
    if wayback.is_captured(page):
        offers = tuple(replace(offer, source=f"{wayback.PREFIX}{offer.source}") for offer in offers)
    return Seen(
        provider.slug, page.source, page.url, page.captured_at, status, detail, page.sha256, page.fetched_by,
        _origin(page), offers,
    )  # fmt: skip


def _origin(page: Page) -> Origin:
    """Return what a page is: a sample however it came, else archived, a recording that a replay gave, or live."""
    if page.is_sample:
        return "sample"
    if wayback.is_captured(page):
        return "archived"
    return "recorded" if page.fetched_by.startswith("replay") else "live"


def _land(provider: Provider, home: Home, results: Iterable[Seen]) -> list[Seen]:
    landed = []
    for page in results:
        _log_page(provider.slug, page.status, len(page.offers), page.url)
        landed.append(page)
    land(home, provider.slug, landed, parser_version=parser_version())
    return landed
