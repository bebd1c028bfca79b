"""Published measurements of throughput from start to end: fetch each document, read it, land what it states anew."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from pipelines.ingest.scrape_provider import failed_status, origin_of, parser_version
from pipelines.ingest.worker import result_of
from scrapers.fetching.crawler import Fetcher
from scrapers.model import FetchError, Page, Provider, Request, ScrapeError, clip
from scrapers.reference import throughput_lists
from scrapers.reference.throughput_lists import MOST_BYTES
from warehouse.imports.csv_records import Unreadable, require_file
from warehouse.imports.import_file import Imported
from warehouse.imports.throughput_file import land_results, land_throughput_file
from warehouse.storage.landing import Origin
from warehouse.storage.state_dir import Home
from warehouse.storage.throughput_landing import ThroughputScrape, land_throughput

log = logging.getLogger("gpuhour.scrape")
_ABSENT = (404, 410)


def collect_throughput(of: Provider, fetcher: Fetcher, home: Home, origin: Origin) -> list[ThroughputScrape]:
    """Fetch each document of a list and land it; a failed attempt lands too, without results.

    A document that is nowhere yet, as a round of MLPerf that is due this month, leaves nothing. Raises OSError when
    landing fails.
    """
    return [seen for request in of.requests for seen in _collect(of, request, fetcher, home, origin)]


def _collect(
    of: Provider, request: Request, fetcher: Fetcher, home: Home, origin: Origin
) -> Iterator[ThroughputScrape]:
    if not any(map(fetcher.can_ask, (request, *request.alternatives))):
        return  # a replay, in which it was not recorded
    attempt = ThroughputScrape(of.slug, request.source, request.url, fetcher.now(), "failed", origin=origin)
    try:
        page = _first(of, request, fetcher)
        if page is None:
            log.info("%-10s %-15s %5d  %s", of.slug, "not published", 0, request.url)
            return
        attempt = replace(
            attempt, url=page.url, captured_at=page.captured_at, sha256=page.sha256, origin=origin_of(page)
        )
        results, left_out = result_of(lambda: throughput_lists.measurements(page))
        detail = "; ".join(f"{count} x {reason}" for reason, count in sorted(left_out.items(), key=lambda x: -x[1]))
        attempt = replace(attempt, status="ok", detail=clip(detail, 400), results=tuple(results))
    except ScrapeError as failed:
        attempt = replace(attempt, status=failed_status(failed), detail=str(failed))
    status = land_throughput(home, attempt, parser_version=parser_version()).status
    log.info("%-10s %-15s %5d  %s", of.slug, status, len(attempt.results), attempt.url)
    yield replace(attempt, status=status)


def _first(of: Provider, request: Request, fetcher: Fetcher) -> Page | None:
    """Return the document at the first of a request's addresses that has it, or None where none has."""
    for address in filter(fetcher.can_ask, (request, *request.alternatives)):
        try:
            return fetcher.fetch(of, address)
        except FetchError as failed:
            if failed.status not in _ABSENT:
                raise
    return None


def import_results(home: Home, path: Path, name: str, room: Path) -> tuple[Imported, dict[str, int]]:
    """Land a file of measurements, JSON as the lists publish it or CSV; return what else it held, with its number.

    Call it inside `only_importer`, with its folder. Raises Unreadable, LayoutError and OSError.
    """
    if path.suffix.lower() != ".json":
        return land_throughput_file(home, path, name, room), {}
    require_file(path)
    if path.stat().st_size > MOST_BYTES:
        raise Unreadable(f"has more than {MOST_BYTES:,} bytes")
    read_at = datetime.now(UTC)
    page = Page(name, f"file:{clip(path.name)}", read_at, source=name, content=path.read_bytes())
    results, left_out = result_of(lambda: throughput_lists.measurements(page))
    return land_results(home, path, name, results), left_out
