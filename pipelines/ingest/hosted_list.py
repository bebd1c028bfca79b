"""A published list of hosted prices from start to end: fetch it, read it, land what it states anew."""

from __future__ import annotations

import logging
from dataclasses import replace

from pipelines.ingest.scrape_provider import failed_status, origin_of, parser_version
from pipelines.ingest.worker import result_of
from scrapers.fetching.crawler import Fetcher
from scrapers.model import Provider, ScrapeError, clip
from scrapers.reference import hosted_lists
from warehouse.storage.hosted_landing import HostedScrape, land_hosted
from warehouse.storage.landing import Origin
from warehouse.storage.state_dir import Home

log = logging.getLogger("gpuhour.scrape")


def collect_list(of: Provider, fetcher: Fetcher, home: Home, origin: Origin) -> HostedScrape:
    """Fetch a list and land it; a failed attempt lands too, without prices. Raises OSError when landing fails."""
    (request,) = of.requests
    attempt = HostedScrape(of.slug, request.url, fetcher.now(), "failed", origin=origin)
    try:
        page = fetcher.fetch(of, request)
        attempt = replace(attempt, captured_at=page.captured_at, sha256=page.sha256, origin=origin_of(page))
        prices, refused = result_of(lambda: hosted_lists.prices(page))
        detail = f"refused {len(refused)} models: {'; '.join([*refused.values()][:3])}" if refused else ""
        if refused:
            log.warning("%s: %s", of.slug, detail)
        attempt = replace(
            attempt, status="ok", detail=clip(detail, 400), prices=tuple(prices), unread=frozenset(refused)
        )
    except ScrapeError as failed:
        attempt = replace(attempt, status=failed_status(failed), detail=str(failed))
    status = land_hosted(home, attempt, parser_version=parser_version())
    log.info("%-10s %-15s %5d  %s", of.slug, status, len(attempt.prices), request.url)
    return replace(attempt, status=status)
