"""Parses archived pages again with today's parsers and reports the differences before anything is landed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date
from pathlib import Path

from pipelines.ingest.scrape_provider import parser_version, read_page_apart, withhold_unreviewed
from scrapers.fetching.archive import Archive, is_intact
from scrapers.model import Page, Provider
from warehouse.storage.connection import Connection, in_memory
from warehouse.storage.landing import Seen, land
from warehouse.storage.reparse_diff import Difference, LandedPage, differences, landed_pages
from warehouse.storage.state_dir import Home

COLUMNS = (
    "provider", "what", "instance", "gpu_label", "region", "pricing_model", "term_months", "old", "new",
    "first_on", "last_on", "n_pages", "url",
)  # fmt: skip
MAX_DIFFERENCES = 10_000  # distinct differences that are listed; the rest is counted
_READ = ("ok", "partial", "no_public_price")
log = logging.getLogger("gpuhour.replay")


@dataclass(slots=True)
class ReparseReport:
    """Differences of one provider, merged over days; holds at most MAX_DIFFERENCES of them."""

    provider: str
    n_pages: int = 0
    n_same: int = 0
    n_unreadable: int = 0  # pages that today's parser cannot read, or whose bytes are damaged
    n_missing: int = 0  # landed pages that are not in the archive
    n_removed: int = 0  # landed pages of which retention left the record alone: they stay as they were read
    n_omitted: int = 0
    differences: dict[Difference, list[object]] = field(default_factory=dict)  # -> first day, last day, pages, a URL

    def add(self, difference: Difference, day: date, url: str) -> None:
        """Add a difference of a page; days come in order."""
        if entry := self.differences.get(difference):
            entry[1], entry[2] = day, int(str(entry[2])) + 1
        elif len(self.differences) < MAX_DIFFERENCES:
            self.differences[difference] = [day, day, 1, url]
        else:
            self.n_omitted += 1

    def rows(self) -> Iterator[tuple[object, ...]]:
        """Yield rows of COLUMNS."""
        for d, (first, last, pages, url) in self.differences.items():
            yield (
                self.provider, d.what, d.instance, d.gpu_label, d.region, d.pricing_model, d.term_months, d.old, d.new,
                first, last, pages, url,
            )  # fmt: skip


def reparse_archive(provider: Provider, home: Home, since: date, apply: bool) -> ReparseReport:
    """Parse a provider's archived pages from a UTC day on; holds one page, or with `apply` one day, in memory.

    With `apply`, changed pages are landed beside the old reading, which they supersede; a page that can no longer be
    read supersedes nothing. Raises OSError when landing fails.
    """
    report = ReparseReport(provider.slug)
    with in_memory() as con:
        landed = landed_pages(con, home, provider.slug, since)
        for day in _days(home, provider.slug, since):
            log.info("%-10s %s", provider.slug, day)
            changed = []
            for page in Archive(home.root).pages(provider.slug, day):
                before = landed.pop((page.url, page.captured_at.astimezone(UTC).isoformat()), None)
                if (observation := _reparse_page(con, home, provider, page, before, report)) and apply:
                    changed.append(observation)
            for page in Archive(home.root).removed(provider.slug, day):
                landed_as = landed.pop((page.url, page.captured_at.astimezone(UTC).isoformat()), None)
                report.n_removed += landed_as is not None
            if changed:
                land(home, provider.slug, changed, parser_version=parser_version())
    for (url, when), page_landed in landed.items():
        if page_landed.status in _READ:
            report.n_missing += 1
            report.add(_page("not archived", page_landed.status, ""), date.fromisoformat(when[:10]), url)
    return report


def _days(home: Home, slug: str, since: date) -> list[date]:
    folders: list[Path] = sorted((home.pages / slug).glob("????-??-??"))
    return [day for day in (date.fromisoformat(folder.name) for folder in folders) if day >= since]


def _reparse_page(
    con: Connection, home: Home, provider: Provider, page: Page, before: LandedPage | None, report: ReparseReport
) -> Seen | None:
    """Return the page as it is parsed today if it supersedes what was landed; add differences to the report."""
    day = page.captured_at.date()
    report.n_pages += 1
    if not is_intact(page):
        report.n_unreadable += 1
        report.add(_page("damaged", before.status if before else "", "the bytes differ from the hash"), day, page.url)
        return None
    observation = withhold_unreviewed(provider, read_page_apart(provider, page), home)
    if observation.status not in _READ:
        report.n_unreadable += 1
        if before is None or before.status in _READ:
            report.add(
                _page("no longer read", before.status if before else "not landed", observation.detail), day, page.url
            )
        return None
    if before and before.status == "partial" and observation.status == "ok":  # a page cannot know what others lacked
        observation = replace(observation, status="partial", detail=f"{provider.slug}: a part of its list")
    if before is None or before.status != observation.status:
        old = before.status if before else "not landed"
        report.add(_page("now read", old, f"{observation.status}, {len(observation.offers)} offers"), day, page.url)
        return observation
    changes = differences(con, home, observation, before) if observation.offers or before.n_offers else []
    for difference in changes:
        report.add(difference, day, page.url)
    report.n_same += not changes
    return observation if changes else None


def _page(what: str, old: str, new: str) -> Difference:
    """Return a difference of a page as a whole."""
    return Difference(what, "", "", "", "", None, old, new)
