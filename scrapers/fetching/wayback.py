"""Addresses of the Wayback Machine: which captures of a page it holds, and what the address of a capture says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode, urlsplit

from scrapers.model import FetchError, LayoutError, Page, Provider, Request, clip

PREFIX = "backfill/"  # of the sources of pages from the archive: never those that a provider served us
CDX = "cdx"
_FIELDS = ("timestamp", "original", "statuscode", "digest", "mimetype")
_STAMP = "%Y%m%d%H%M%S"
_CAPTURE = re.compile(r"https?://[^/]+/web/(\d{14})id_/(https?://.+)")


@dataclass(frozen=True, slots=True)
class Capture:
    """One capture of a page: when the archive's crawler saw which address; equal digests mean equal bytes."""

    captured_at: datetime  # UTC, to the second
    original: str
    digest: str = ""

    def url(self, archive: str) -> str:
        """Return the address of the bytes as they were served (id_), without the archive's own additions."""
        return f"{archive}/web/{self.captured_at:{_STAMP}}id_/{self.original}"


def provider(archive: str) -> Provider:
    """Return the archive itself as the source of its lists of captures."""
    return Provider("wayback", "Wayback Machine", (Request(f"{archive}/cdx/search/cdx", CDX),), parse=lambda _: ())


def listing(url: str, since: date, until: date, archive: str) -> Request:
    """Return the request for the captures of an address on these UTC days that were served with status 200.

    At most one a day: `gpuhour backfill` never needs more, and the lists of large sites stay small.
    """
    parts = urlsplit(url)
    question = {
        "url": parts.netloc + parts.path + (f"?{parts.query}" if parts.query else ""),
        "output": "json",
        "fl": ",".join(_FIELDS),
        "filter": "statuscode:200",
        "collapse": "timestamp:8",
        "from": f"{since:%Y%m%d}",
        "to": f"{until:%Y%m%d}",
    }
    return Request(f"{archive}/cdx/search/cdx?{urlencode(question)}", CDX, expect="json", timeout=180.0)


def captures(page: Page, url: str) -> list[Capture]:
    """Return the captures that a list names, oldest first; rows about other addresses or impossible times are left out.

    Raises LayoutError where the answer is no such list.
    """
    try:
        rows = json.loads(page.text())
        header, *body = rows or [list(_FIELDS)]
        columns = [header.index(name) for name in _FIELDS[:4]]
        cells = [tuple(str(row[i]) for i in columns) for row in body]
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as broken:
        raise LayoutError(page, f"rows with {', '.join(_FIELDS[:4])}", page.text()[:200]) from broken
    listed = set()
    for stamp, original, status, digest in cells:
        captured_at = _time(stamp)
        if captured_at and status == "200" and is_same_page(original, url):
            listed.add(Capture(captured_at, original, digest))
    return sorted(listed, key=lambda capture: (capture.captured_at, capture.original))


def capture_of(url: str) -> Capture | None:
    """Return the capture that an address names, None where it names none."""
    parts = _CAPTURE.fullmatch(url)
    captured_at = _time(parts[1]) if parts else None
    return Capture(captured_at, parts[2]) if parts and captured_at else None


def is_same_page(one: str, other: str) -> bool:
    """Check that two addresses are one page for the archive: scheme, port, `www.`, case and a last slash aside."""
    return _bare(one) == _bare(other)


def is_captured(page: Page) -> bool:
    """Check whether a page came from the archive."""
    return page.source.startswith(PREFIX)


def captured_at(page: Page) -> datetime:
    """Return when the archive saw a page: its prices are of that day, not of today.

    Raises FetchError where the archive led to another capture than the one that was asked for.
    """
    wanted, answered = capture_of(page.url), capture_of(page.final_url)
    if (
        wanted is None
        or answered is None
        or answered.captured_at != wanted.captured_at
        or not is_same_page(answered.original, wanted.original)
    ):
        raise FetchError(f"{page.url}: the archive answers with {clip(page.final_url, 300)}, which is another capture")
    return wanted.captured_at


def as_served(page: Page) -> Page:
    """Return a capture under the address and source that its provider served it from: parsers know no archive."""
    capture = capture_of(page.url)
    if not is_captured(page) or capture is None:
        return page
    return replace(page, url=capture.original, final_url=capture.original, source=page.source.removeprefix(PREFIX))


def chosen(pages: Iterable[Iterable[Capture]], every: timedelta) -> list[Capture]:
    """Return at most one capture for each span of that length, oldest first.

    `pages` are the captures at a page's present and former addresses, in this order: within a span the first address
    that has one answers, so that two addresses never take turns.
    """
    best: dict[int, tuple[int, datetime, Capture]] = {}
    for place, listed in enumerate(pages):
        for capture in listed:
            span = int(capture.captured_at.timestamp() // every.total_seconds())
            candidate = (place, capture.captured_at, capture)
            best[span] = min(best.get(span, candidate), candidate, key=lambda one: one[:2])
    return [capture for *_, capture in sorted(best.values(), key=lambda one: one[1])]


def _time(stamp: str) -> datetime | None:
    """Return the time of a capture; None for one that is written otherwise, before the archive began, or to come."""
    try:
        time = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
    return time if len(stamp) == 14 and datetime(1996, 1, 1, tzinfo=UTC) < time < datetime.now(UTC) else None


def _bare(url: str) -> tuple[str, str, str]:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return "", url, ""
    return host.removeprefix("www."), parts.path.rstrip("/").lower(), parts.query
