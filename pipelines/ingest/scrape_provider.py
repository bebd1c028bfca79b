"""One provider's scrape, start to end: fetch (or re-open) its pages, parse each, land what was seen."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from pathlib import Path

import scrapers
from scrapers.fetching.archive import Archive
from scrapers.fetching.crawler import Fetcher
from scrapers.model import Failure, LayoutError, NoPublicPrice, Offer, Page, Provider, ScrapeError
from scrapers.reference import ecb
from warehouse.identity.gpus import identify_offer
from warehouse.storage.landing import Origin, Seen, Status, land, land_rates
from warehouse.storage.ledger import accepted
from warehouse.storage.state_dir import Home

_FAILURES: dict[str, Status] = {
    "failed": "failed",
    "too_many": "failed",
    "needs_key": "needs_key",
    "robots_denied": "robots_denied",
    "layout": "layout_changed",
}
log = logging.getLogger("gpuhour.scrape")


class NothingArchived(ScrapeError):
    """A past day was asked for, and no page of it was kept."""


@cache
def parser_version() -> str:
    """Twelve hex digits over all parsers' source: a receipt tells which code read a price."""
    digest = hashlib.sha256()
    for path in sorted(Path(scrapers.__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def collect(provider: Provider, fetcher: Fetcher, home: Home, origin: Origin) -> list[Seen]:
    """Fetch and parse every page of a provider and land the result; a failing page leaves the others alone.

    Returns what was seen, one entry per page; raises OSError when it cannot be written.
    """
    started_at = fetcher.now()
    results = (
        _failed(provider, result, origin, started_at)
        if isinstance(result, Failure)
        else reviewed(provider, read_page(provider, result), home)
        for result in fetcher.crawl(provider)
    )
    seen = _land(provider, home, results)
    if origin == "live" and (absent := missing_gpus(provider, seen)):
        log.warning(
            "%s: %s, which was always there, is nowhere; `gpuhour providers check %s` tells what changed",
            provider.slug, ", ".join(absent), provider.slug,
        )  # fmt: skip
    return seen


def missing_gpus(provider: Provider, seen: Iterable[Seen]) -> list[str]:
    """Models that a whole scrape of this provider has always had, and this one has not; none where a page failed."""
    looks = list(seen)
    if any(look.status != "ok" for look in looks):
        return []
    found = {identify_offer(provider.slug, offer).gpu.model for look in looks for offer in look.offers}
    return [gpu for gpu in provider.expects if gpu not in found]


def reparse(provider: Provider, day: date, home: Home) -> list[Seen]:
    """Parse a past UTC day's archived pages with today's parsers and land the result.

    Raises NothingArchived when no page of that day was kept: the past cannot be fetched.
    """
    pages = Archive(home.root).pages(provider.slug, day)
    if not pages:
        raise NothingArchived(
            f"{provider.slug}: no archived page of {day} under {home.pages / provider.slug}; only archived days can be "
            "read again, and only today can be fetched"
        )
    return _land(provider, home, (reviewed(provider, read_page(provider, page), home) for page in pages))


def reviewed(provider: Provider, seen: Seen, home: Home) -> Seen:
    """What was seen; without its prices where nobody has yet looked at what the provider's reader makes of a page."""
    if provider.basis != "unverified" or seen.status not in ("ok", "layout_changed") or provider.slug in accepted(home):
        return seen
    priced = [offer for offer in seen.offers if offer.price is not None]
    saw = f"{len(priced)} prices, the first {priced[0].text!r}" if priced else seen.detail or "no price"
    detail = (
        f"{provider.slug}: nobody has reviewed a page of it yet. This one came, is archived, and seems to state {saw}. "
        f"`gpuhour providers accept {provider.slug}` publishes what is read"
    )
    return replace(seen, status="unverified", detail=detail, offers=())


def collect_rates(fetcher: Fetcher, home: Home) -> int:
    """Fetch and land the reference exchange rates; returns how many. Raises ScrapeError when they cannot be had.

    Without them nothing fails: the rates bundled with a library go on, and a price says which day's rate it used.
    """
    page = fetcher.fetch(ecb.ECB, ecb.DAILY)
    found = ecb.rates(page)
    land_rates(home, page.sha256, [(r.rate_on, r.currency, r.per_eur) for r in found])
    _tell(page.provider, "ok", len(found), page.url)
    return len(found)


def _tell(slug: str, status: str, count: int, url: str) -> None:
    """One line of progress about a page."""
    log.info("%-10s %-15s %5d  %s", slug, status, count, _short(url))


def _short(url: str, limit: int = 40) -> str:
    """A URL for a line of a terminal: host and end, the middle left out."""
    bare = url.partition("://")[2]
    host = bare.partition("/")[0]
    return bare if len(bare) <= limit else f"{host}/…{bare[len(host) + len(bare) - limit :]}"


def _failed(provider: Provider, failure: Failure, origin: Origin, started_at: datetime) -> Seen:
    return Seen(
        provider.slug, failure.request.source, failure.request.url, started_at, _FAILURES[failure.kind],
        detail=failure.error, origin=origin,
    )  # fmt: skip


def read_page(provider: Provider, page: Page) -> Seen:
    """What a provider's parser says of a page; a page that it cannot read is a status and a detail, never an error."""
    status: Status = "ok"
    detail = ""
    offers: tuple[Offer, ...] = ()
    try:
        offers = () if page.is_index else tuple(provider.parse(page))
    except NoPublicPrice as fact:
        status, detail = "no_public_price", str(fact)
    except LayoutError as unknown:
        status, detail = "layout_changed", str(unknown)
    except Exception as broken:
        # A parser that trips over a page is a layout it does not know; the others must not suffer.
        log.exception("%s: parser failed on %s", provider.slug, page.url)
        status, detail = "layout_changed", f"{provider.slug}: parser failed at {page.url}: {broken!r}"
    return Seen(
        provider.slug, page.source, page.url, page.captured_at, status, detail, page.sha256, page.fetched_by,
        "recorded" if page.fetched_by.startswith("replay") else "live", offers,
    )  # fmt: skip


def _land(provider: Provider, home: Home, results: Iterable[Seen]) -> list[Seen]:
    seen = []
    for page in results:
        _tell(provider.slug, page.status, len(page.offers), page.url)
        seen.append(page)
    land(home, provider.slug, seen, parser_version=parser_version())
    return seen
