"""Reads archived pages again with today's parsers and tells what would change, before anything does."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date
from pathlib import Path

from pipelines.ingest.scrape_provider import parser_version, read_page, reviewed
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
MOST = 10_000  # distinct differences that are told; the rest is counted
_READ = ("ok", "no_public_price")
log = logging.getLogger("gpuhour.replay")


@dataclass(slots=True)
class Told:
    """Differences of one provider, equal ones of several days once; holds no more than MOST of them."""

    provider: str
    n_pages: int = 0
    n_same: int = 0
    n_unread: int = 0  # pages that today's parser cannot read, or whose bytes are damaged
    n_missing: int = 0  # landed pages that the archive has not
    n_untold: int = 0
    found: dict[Difference, list[object]] = field(default_factory=dict)  # -> first day, last day, pages, a URL

    def add(self, difference: Difference, day: date, url: str) -> None:
        """Tell a difference of a page; days come in order."""
        if entry := self.found.get(difference):
            entry[1], entry[2] = day, int(str(entry[2])) + 1
        elif len(self.found) < MOST:
            self.found[difference] = [day, day, 1, url]
        else:
            self.n_untold += 1

    def rows(self) -> Iterator[tuple[object, ...]]:
        """Rows of COLUMNS."""
        for d, (first, last, pages, url) in self.found.items():
            yield (
                self.provider, d.what, d.instance, d.gpu_label, d.region, d.pricing_model, d.term_months, d.old, d.new,
                first, last, pages, url,
            )  # fmt: skip


def reread(provider: Provider, home: Home, since: date, apply: bool) -> Told:
    """Parse a provider's archived pages of a UTC day and later; one page, and with `apply` one day, in memory.

    With `apply` what is read otherwise is landed beside the old reading, which it supersedes; a page that cannot be
    read any more supersedes nothing. Raises OSError when landing fails.
    """
    told = Told(provider.slug)
    with in_memory() as con:
        landed = landed_pages(con, home, provider.slug, since)
        for day in _days(home, provider.slug, since):
            log.info("%-10s %s", provider.slug, day)
            changed = []
            for page in Archive(home.root).pages(provider.slug, day):
                before = landed.pop((page.url, page.captured_at.astimezone(UTC).isoformat()), None)
                if (seen := _reread(con, home, provider, page, before, told)) and apply:
                    changed.append(seen)
            if changed:
                land(home, provider.slug, changed, parser_version=parser_version())
    for (url, when), page_landed in landed.items():
        if page_landed.status in _READ:
            told.n_missing += 1
            told.add(_page("not archived", page_landed.status, ""), date.fromisoformat(when[:10]), url)
    return told


def _days(home: Home, slug: str, since: date) -> list[date]:
    folders: list[Path] = sorted((home.pages / slug).glob("????-??-??"))
    return [day for day in (date.fromisoformat(folder.name) for folder in folders) if day >= since]


def _reread(
    con: Connection, home: Home, provider: Provider, page: Page, before: LandedPage | None, told: Told
) -> Seen | None:
    """The page as it is read today, when that is to supersede what was landed; what differs goes into `told`."""
    day = page.captured_at.date()
    told.n_pages += 1
    if not is_intact(page):
        told.n_unread += 1
        told.add(_page("damaged", before.status if before else "", "other bytes than were hashed"), day, page.url)
        return None
    seen = reviewed(provider, read_page(provider, page), home)
    if seen.status not in _READ:
        told.n_unread += 1
        if before is None or before.status in _READ:
            told.add(_page("no longer read", before.status if before else "not landed", seen.detail), day, page.url)
        return None
    if before is None or before.status != seen.status:
        old = before.status if before else "not landed"
        told.add(_page("now read", old, f"{seen.status}, {len(seen.offers)} offers"), day, page.url)
        return seen
    found = differences(con, home, seen, before) if seen.offers or before.n_offers else []
    for difference in found:
        told.add(difference, day, page.url)
    told.n_same += not found
    return seen if found else None


def _page(what: str, old: str, new: str) -> Difference:
    """A difference of a page as a whole."""
    return Difference(what, "", "", "", "", None, old, new)
