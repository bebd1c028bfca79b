"""Lets old pages go: long lists are cut down to the lines that were read, then the longest unseen pages are removed."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from pipelines.ingest.scrape_provider import read_page_apart
from pipelines.queries import keep_limits
from pipelines.queries.keep_limits import Keep
from scrapers import registry
from scrapers.fetching import page_bodies, page_retention
from scrapers.fetching.archive import Archive, Draft, is_intact
from scrapers.fetching.page_retention import StoredBody
from scrapers.model import FetchError, Page, Provider, ScrapeError
from warehouse.storage.landing import Seen
from warehouse.storage.state_dir import Home

LONG = 1 << 20  # packed bytes: shorter lists are not worth cutting
log = logging.getLogger("gpuhour.tidy")


def long_lists(home: Home, keep: Keep, today: date) -> list[StoredBody]:
    """Return the lists that are stored whole, though older than `keep` says, and whose provider says what is read."""
    if keep.days is None:
        return []
    providers = {slug: registry.get(slug) for slug in registry.modules() if (home.pages / slug).is_dir()}
    return [
        body
        for body in page_retention.stored_bodies(home.root)
        if date.min < body.last_on < keep.oldest(today)
        and body.bytes >= LONG
        and not body.wholes
        and (provider := providers.get(body.provider))
        and provider.excerpt
        and body.key not in _uncuttable(home.pages / body.provider)
    ]


def _uncuttable(folder: Path) -> set[str]:
    whole = {sha256 for sha256, note in page_bodies.notes(folder).items() if note.state == "whole"}
    return whole | {sha256[:8] for sha256 in whole}


def cut_down(home: Home, bodies: list[StoredBody]) -> tuple[int, int]:
    """Put in place of lists what is read of them, if the same is read from that; return how many, and bytes freed.

    The others stay whole, and a note says why. Raises FetchError and OSError when nothing can be written.
    """
    archive, done, freed = Archive(home.root), 0, 0
    for body in bodies:
        page = page_retention.page_of(archive, body)
        if page is None:
            continue
        try:
            kept = _cut(archive, registry.get(body.provider), body, page)
        except ScrapeError as unreadable:
            if isinstance(unreadable, FetchError):  # the disk
                raise
            page_retention.keep_whole(archive, page, str(unreadable))
            continue
        if kept is not None:
            done, freed = done + 1, freed + body.bytes - kept
    return done, freed


def _cut(archive: Archive, provider: Provider, body: StoredBody, page: Page) -> int | None:
    """Return the bytes of what was kept; None where the list stays whole."""
    if not is_intact(page):
        page_retention.keep_whole(archive, page, "its bytes differ from its hash")
        return None
    pieces = provider.excerpt(page) if provider.excerpt else None
    if pieces is None:
        page_retention.keep_whole(archive, page, "it is no list")
        return None
    draft = archive.draft()
    try:
        for piece in pieces:
            draft.write(piece)
        draft.seal()
        if why := _difference(provider, page, draft):
            log.warning("%s: %s stays whole: %s", provider.slug, page.url, why)
            page_retention.keep_whole(archive, page, why)
            return None
        size = draft.path.stat().st_size
        reason = f"older than {keep_limits.LISTS} allows whole lists to be"
        return size if page_retention.keep_lines(archive, body, page, draft, reason) else None
    finally:
        draft.discard()


def _difference(provider: Provider, page: Page, lines: Draft) -> str:
    """Return how the reading of the lines differs from that of the whole; empty where it is the same."""
    whole, part = (read_page_apart(provider, each) for each in (page, replace(page, path=lines.path)))
    if _facts(whole) != _facts(part):
        counts = f"{len(part.offers)} offers ({part.status}), and the whole {len(whole.offers)} ({whole.status})"
        return f"its lines state {counts}"
    return ""


def _facts(seen: Seen) -> tuple[object, ...]:
    return seen.status, seen.detail, Counter(seen.offers)


def outdated(home: Home, keep: Keep, today: date) -> Iterator[tuple[StoredBody, str]]:
    """Yield the contents to remove, the longest unseen first, each with the limit that it exceeds.

    The pages of today are never among them.
    """
    bodies = page_retention.stored_bodies(home.root)
    total, oldest = sum(body.bytes for body in bodies), keep.oldest(today)
    for body in bodies:
        if body.last_on >= today:
            return
        if body.last_on < oldest:
            why = f"last seen on {body.last_on}, longer ago than {keep_limits.PAGES} allows ({keep.days} d)"
        elif keep.bytes is not None and total > keep.bytes:
            why = f"the pages took more than the {keep.bytes / 10**9:g} GB of {keep_limits.PAGES}"
        else:
            return
        total -= body.bytes
        yield body, why


def remove(home: Home, bodies: list[tuple[StoredBody, str]]) -> tuple[int, int]:
    """Remove contents; return how many, and bytes freed. Their records stay. Raises OSError."""
    archive = Archive(home.root)
    removed = [body for body, why in bodies if page_retention.remove(archive, body, why)]
    return len(removed), sum(body.bytes for body in removed)
