"""Finds the archived page behind a number and checks that its bytes still match the hash."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from scrapers.fetching import page_bodies
from scrapers.fetching.archive import Archive, is_intact
from scrapers.model import Page
from warehouse.storage.state_dir import Home


@dataclass(frozen=True, slots=True)
class ArchivedPage:
    """Where the page of a receipt lies.

    state: verified, damaged (the bytes differ from the hash), absent, or in words what retention left of it.
    """

    state: str
    path: str = ""
    captured_at: str = ""


def find_archived_page(home: Home, provider: str, sha256: str, url: str, day: date) -> ArchivedPage:
    """Return the archived page with this hash, preferring the URL and the day of the receipt."""
    pages = [page for page in _candidates(home, provider, sha256, day) if page.sha256 == sha256]
    if not pages:
        return ArchivedPage("absent")
    page = min(pages, key=lambda p: (p.url != url, p.captured_at.date() != day, p.captured_at))
    return ArchivedPage(_state(home, page), str(page.path or ""), page.captured_at.isoformat())


def _state(home: Home, page: Page) -> str:
    if page.kept == "removed":
        return removal(home, page)
    if not is_intact(page):
        return "damaged"
    if page.kept == "lines":
        return f"verified: the lines that were read of a list whose SHA-256 is {page.sha256}; the rest was not kept"
    return "verified"


def removal(home: Home, page: Page) -> str:
    """Return when and why retention removed the bytes of a page."""
    note = page_bodies.notes(home.pages / page.provider).get(page.sha256)
    when, why = (note.at[:10], note.why) if note else ("an unknown day", "unknown")
    return f"removed on {when}: {why}; its URL, time, hash and the words that were read stay"


def _candidates(home: Home, provider: str, sha256: str, day: date) -> list[Page]:
    """Return pages of the day, and of any day whose file name starts with the hash; a provider is never a path."""
    archive = Archive(home.root)
    if not sha256 or provider not in {folder.name for folder in home.pages.glob("*")}:
        return []
    days = {date.fromisoformat(r.parent.name) for r in (home.pages / provider).glob(f"*/*-{sha256[:8]}-*.json")}
    both = (archive.pages, archive.removed)
    return [page for d in sorted(days | {day}) for pages_of in both for page in pages_of(provider, d)]
