"""Reads a provider's past pages from the Wayback Machine: one request at a time, each capture once, dated by it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from pipelines.ingest.scrape_provider import parser_version, read_page_apart, withhold_unreviewed
from scrapers.fetching import wayback
from scrapers.fetching.archive import Archive, is_intact
from scrapers.fetching.crawler import Fetcher
from scrapers.fetching.wayback import Capture
from scrapers.model import FetchError, LayoutError, Page, Provider, Request, clip
from warehouse.storage.connection import in_memory
from warehouse.storage.landing import Seen, land
from warehouse.storage.reparse_diff import landed_pages
from warehouse.storage.state_dir import Home

COLUMNS = ("provider", "source", "captured_at", "outcome", "is_new", "n_prices", "url", "detail")
LEFT = "left"  # the outcome of a capture that a later run asks for
SAME_DIGEST = "x-gpuhour-same-digest-as"  # on a page that the archive lists with the bytes of another capture
_PATIENCE = 3  # failures of the archive in a row after which it is left alone
_REFUSED = (401, 403, 429, 503)
log = logging.getLogger("gpuhour.backfill")


@dataclass(frozen=True, slots=True)
class CaptureResult:
    """The result of one capture: a landed status, or LEFT."""

    source: str
    capture: Capture
    outcome: str
    is_new: bool = False  # whether it was read by this run
    n_prices: int = 0
    url: str = ""
    detail: str = ""

    def row(self, provider: str) -> tuple[object, ...]:
        """Return the values of COLUMNS."""
        when = self.capture.captured_at
        return (provider, self.source, when, self.outcome, self.is_new, self.n_prices, self.url, self.detail)


@dataclass(slots=True)
class BackfillReport:
    """The result of a run; `stopped` says why the archive was left alone, where it was."""

    results: list[CaptureResult] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)  # sources that an archive cannot answer for, with the reason
    stopped: str = ""


class ArchiveStopped(Exception):
    """The archive refuses or fails: what is left is for a later run."""


def read_captures(
    provider: Provider, fetcher: Fetcher, home: Home, since: date, until: date, every: timedelta, archive: str
) -> BackfillReport:
    """Land at most one capture for each span of `every` of each of a provider's pages, from one UTC day to another.

    `archive` is the archive's address. Every capture is landed as soon as it is read, so a killed run loses nothing;
    what landed before, prices and failures alike, is not asked for again. Raises OSError when landing fails.
    """
    report = BackfillReport()
    for request in _requests(provider, report):
        feed = _Feed(provider, request, fetcher, home, archive)
        try:
            wanted = feed.captures(since, until, every)
        except ArchiveStopped as stopped:
            report.stopped = str(stopped)
            return report
        except (FetchError, LayoutError) as broken:
            report.skipped.append(f"{provider.slug} {request.source}: its captures cannot be listed: {broken}")
            continue
        log.info("%-10s %d captures of %s", provider.slug, len(wanted), request.source)
        for result in feed.read(wanted):
            report.results.append(result)
            report.stopped = feed.stopped
        if report.stopped:
            return report
    return report


def _requests(provider: Provider, report: BackfillReport) -> Iterator[Request]:
    """Yield the requests that an archive can answer, and report the others."""
    sources: set[str] = set()
    for request in provider.requests:
        if request.is_index:
            reason = "it only leads to other pages"
        elif request.method != "GET" or any("{" in value for value in request.headers.values()):
            reason = "an archive can neither post a question nor show a key"
        elif request.source in sources:
            reason = "another page answers for the same source, and the two would take turns"
        else:
            sources.add(request.source)
            yield request
            continue
        report.skipped.append(f"{provider.slug} {request.source}: not read from the archive: {reason}")


class _Feed:
    """One page of a provider with its former addresses, as the archive knows them."""

    def __init__(self, provider: Provider, request: Request, fetcher: Fetcher, home: Home, archive: str) -> None:
        # No other host may answer for the archive.
        self._provider, self._fetcher, self._home = replace(provider, hosts=()), fetcher, home
        self._request, self._archive = request, archive
        self._pages = Archive(home.root)
        self._by_digest: dict[str, Capture] = {}
        self.source = f"{wayback.PREFIX}{request.source}"
        self.stopped = ""
        with in_memory() as con:
            landed = landed_pages(con, home, provider.slug, date.min)
        self._landed = {url: page for (url, _), page in landed.items()}

    def captures(self, since: date, until: date, every: timedelta) -> list[Capture]:
        """Return the captures to read, oldest first. Raises ArchiveStopped, FetchError and LayoutError."""
        former = self._provider.former_urls if self._request == self._provider.requests[0] else ()
        listed = [
            wayback.captures(self._list(url, since, until), url) for url in (self._request.url.split("#")[0], *former)
        ]
        return wayback.chosen(listed, every)

    def _list(self, url: str, since: date, until: date) -> Page:
        """Return the archive's list for an address: the one of today, where an earlier run of today has asked."""
        source = wayback.provider(self._archive)
        request = wayback.listing(url, since, until, self._archive)
        old = self._pages.newest(source.slug, request.url)
        if old and old.captured_at.date() == datetime.now(UTC).date() and is_intact(old):
            return old
        try:
            return self._fetcher.fetch(source, request)
        except FetchError as error:
            if error.may_pass or _is_refusal(error):
                raise ArchiveStopped(str(error)) from error
            raise

    def read(self, wanted: list[Capture]) -> Iterator[CaptureResult]:
        """Yield the result of each capture, read, known or left; `stopped` is set where the archive must be left."""
        failures_in_a_row = 0
        for capture in wanted:
            url = capture.url(self._archive)
            if before := self._landed.get(url):
                self._by_digest.setdefault(capture.digest, capture)
                yield CaptureResult(self.source, capture, before.status, False, before.n_offers, url)
                continue
            if self.stopped:
                yield CaptureResult(self.source, capture, LEFT, url=url)
                continue
            try:
                observation = self._observe(capture, url)
                failures_in_a_row = 0
            except ArchiveStopped as stopped:
                failures_in_a_row += 1
                refused = isinstance(stopped.__cause__, FetchError) and _is_refusal(stopped.__cause__)
                self.stopped = str(stopped) if refused or failures_in_a_row >= _PATIENCE else ""
                yield CaptureResult(self.source, capture, LEFT, url=url, detail=str(stopped))
                continue
            land(self._home, self._provider.slug, [observation], parser_version=parser_version())
            self._by_digest.setdefault(capture.digest, capture)
            n_prices = sum(offer.price is not None for offer in observation.offers)
            log.info(
                "%-10s %s %-15s %5d", self._provider.slug, capture.captured_at.date(), observation.status, n_prices
            )
            yield CaptureResult(self.source, capture, observation.status, True, n_prices, url, observation.detail)

    def _observe(self, capture: Capture, url: str) -> Seen:
        """Return what a capture states, or why it cannot be read. Raises ArchiveStopped where a later run must ask."""
        try:
            page = self._archived(capture, url) or self._same_bytes(capture, url) or self._fetch(url)
        except FetchError as error:
            if error.may_pass or _is_refusal(error):
                raise ArchiveStopped(str(error)) from error
            return Seen(
                self._provider.slug, self.source, url, capture.captured_at, "failed", str(error), origin="archived"
            )
        return withhold_unreviewed(self._provider, read_page_apart(self._provider, page), self._home)

    def _fetch(self, url: str) -> Page:
        """Download a capture; the archive has no browser pages, only what was served."""
        limits = {"max_bytes": self._request.max_bytes, "expect": self._request.expect, "timeout": 120.0}
        return self._fetcher.fetch(self._provider, Request(url, self.source, **limits))  # type: ignore[arg-type]

    def _archived(self, capture: Capture, url: str) -> Page | None:
        """Return the page where it was downloaded before, by a run that was killed before it landed."""
        pages = self._pages.pages(self._provider.slug, capture.captured_at.date())
        return next((page for page in pages if page.url == url and is_intact(page)), None)

    def _same_bytes(self, capture: Capture, url: str) -> Page | None:
        """Return the page of another capture that is listed with the same digest: its bytes are here."""
        twin = self._by_digest.get(capture.digest) if capture.digest else None
        old = self._archived(twin, twin.url(self._archive)) if twin else None
        if old is None:
            return None
        facts = {**old.headers, SAME_DIGEST: clip(old.url, 500)}
        page = replace(old, url=url, final_url=url, captured_at=capture.captured_at, headers=facts)
        return self._pages.record_unchanged(old, page)


def _is_refusal(error: FetchError) -> bool:
    """Check whether the archive itself wants no more requests for now, as opposed to lacking one page."""
    return error.kind in ("blocked", "robots_denied") or error.status in _REFUSED
