"""Reports what changed between two captures of a page, in words that help a maintainer repair the parser."""

from __future__ import annotations

import difflib
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from pipelines.ingest.parse_file import open_page
from pipelines.ingest.scrape_provider import read_page
from pipelines.settings import CHECKOUT
from scrapers.fetching import wayback
from scrapers.fetching.archive import Archive
from scrapers.model import Page, Provider
from scrapers.parsing.accelerator_labels import names_accelerator
from scrapers.parsing.embedded_json import values
from scrapers.parsing.html_tables import rows
from scrapers.parsing.price_words import time_units
from scrapers.parsing.text import soup
from warehouse.identity.gpus import identify_offer
from warehouse.storage.landing import Seen
from warehouse.storage.state_dir import Home

COLUMNS = ("provider", "source", "change", "alarm", "seen_on", "before_on", "url")
FEWER, MORE = 0.7, 1.6  # ratio to the number of rows before: outside this band is an alarm
_MOST_KEYS = 400


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference between two captures of a source."""

    provider: str
    source: str
    change: str
    is_alarm: bool  # prices are lost, or may be
    seen_on: date
    before_on: date | None
    url: str

    def row(self) -> tuple[object, ...]:
        """Return the difference as COLUMNS."""
        return (self.provider, self.source, self.change, self.is_alarm, self.seen_on, self.before_on, self.url)


@dataclass(frozen=True, slots=True)
class PageSummary:
    """The features of a page that its parser depends on."""

    status: str
    detail: str
    rows: int
    gpus: frozenset[str]
    titles: Counter[str]  # of columns, or keys of data
    units: frozenset[str]


def find_drift(provider: Provider, home: Home, file: Path | None = None) -> Iterator[Drift]:
    """Yield the changes in each source of a provider; nothing for sources with nothing to compare.

    The expected GPUs are those of the provider's declaration, over all its pages.
    """
    pairs = list(_pairs(provider, home, file))
    gpus: set[str] = set()
    for page, before in pairs:
        now = summarise_page(provider, page)
        gpus |= now.gpus
        for change, is_alarm in differences(now, summarise_page(provider, before) if before else None):
            on = before.captured_at.date() if before else None
            yield Drift(provider.slug, page.source, change, is_alarm, page.captured_at.date(), on, page.url)
    for gpu in provider.expects if pairs and file is None else ():
        if gpu not in gpus:
            newest = max((page for page, _ in pairs), key=lambda p: p.captured_at)
            message = f"expected GPU {gpu} is missing from every page"
            yield Drift(provider.slug, "", message, True, newest.captured_at.date(), None, newest.url)


def has_pages(provider: Provider, home: Home, file: Path | None = None) -> bool:
    """Return whether there is any page to compare."""
    return any(True for _ in _pairs(provider, home, file))


def summarise_page(provider: Provider, page: Page) -> PageSummary:
    """Parse a page as a refresh does and summarise its structure."""
    seen = read_page(provider, page)
    is_data = page.read().lstrip()[:1] in (b"{", b"[")
    tree = None if is_data else soup(page)
    titles = Counter(t for row in rows(tree) for t in set(row.header) if t) if tree is not None else _keys(page)
    text = tree.get_text(" ") if tree is not None else ""
    near = re.findall(r"[$€£₹]\s*\d[\d.,]*\**\s*((?:/|per)\s*[\w/ -]{1,14})", text)
    units = frozenset(name for unit_text in near for name in time_units(unit_text))
    return PageSummary(seen.status, seen.detail, len(seen.offers), _gpus(seen), titles, units)


def _gpus(seen: Seen) -> frozenset[str]:
    models = set()
    for o in seen.offers:
        who = identify_offer(seen.provider, o)
        if who.gpu.model:
            models.add(who.gpu.model)
        elif names_accelerator(o.gpu_label):
            models.add(o.gpu_label)
    return frozenset(models)


def _keys(page: Page) -> Counter[str]:
    """Count the keys of the objects in a data feed."""
    keys: Counter[str] = Counter()

    def walk(value: object, depth: int = 12) -> None:
        if depth and isinstance(value, dict):
            keys.update(str(key) for key in list(value)[:_MOST_KEYS])
            for inner in value.values():
                walk(inner, depth - 1)
        elif depth and isinstance(value, list):
            for inner in value[:_MOST_KEYS]:
                walk(inner, depth - 1)

    for root in values(page.text()):
        walk(root)
    return keys


def differences(now: PageSummary, before: PageSummary | None, *, is_cut: bool = False) -> Iterator[tuple[str, bool]]:
    """Yield each change as a sentence, and whether it is an alarm.

    `is_cut`: the page before was cut down to what matters, so that more rows now are no alarm.
    """
    if now.status not in ("ok", "no_public_price", "unverified"):
        yield now.detail, True
    if before is None:
        return
    yield from _titles(set(now.titles), set(before.titles), now.rows < before.rows)
    for gpu in sorted(before.gpus - now.gpus):
        yield f"GPU {gpu} gone", True
    for gpu in sorted(now.gpus - before.gpus):
        yield f"new GPU {gpu}", False
    if before.units and now.units != before.units:
        yield f"units beside prices were {_unit_words(before.units)}, now {_unit_words(now.units)}", True
    if before.rows and not FEWER <= now.rows / before.rows <= MORE:
        yield f"{before.rows} rows before, {now.rows} now", not is_cut or now.rows < before.rows


def _titles(now: set[str], before: set[str], is_less: bool) -> Iterator[tuple[str, bool]]:
    """Yield columns or keys that disappeared or appeared, with the most similar new one."""
    new = now - before
    for title in sorted(before - now):
        alike = difflib.get_close_matches(title, sorted(new), n=1, cutoff=0.3) or sorted(new)[:1]
        yield f"column {title!r} gone" + (f"; new header {alike[0]!r}" if alike else ""), is_less
    for title in sorted(new):
        yield f"new column {title!r}", False


def _unit_words(units: frozenset[str]) -> str:
    return " and ".join(f"per {unit}" for unit in sorted(units)) or "not stated"


def _pairs(provider: Provider, home: Home, file: Path | None) -> Iterator[tuple[Page, Page | None]]:
    """Yield the newest page of each URL, and the last readable one before it, else a recorded capture."""
    if file is not None:
        page = open_page(provider.slug, file, provider.requests[0].url, None)
        page = replace(page, source=provider.requests[0].source)
        yield page, recorded_page(provider, page)
        return
    archive = Archive(home.root)
    folder = home.pages / provider.slug
    archived_days = [date.fromisoformat(day.name) for day in folder.glob("????-??-??")]
    newest: dict[str, Page] = {}
    before: dict[str, Page] = {}
    for day in sorted(archived_days, reverse=True):
        for page in archive.pages(provider.slug, day):
            if page.is_index or wayback.is_captured(page):
                continue
            if page.url not in newest:
                newest[page.url] = page
            elif page.url not in before and read_page(provider, page).status == "ok":
                before[page.url] = page
        if newest and len(before) == len(newest):
            break
    for url, page in newest.items():
        yield page, before.get(url) or recorded_page(provider, page)


def recorded_page(provider: Provider, page: Page) -> Page | None:
    """Return the newest test capture of the same URL, else of the same source."""
    candidates = []
    for meta in (CHECKOUT / "tests" / "captures" / provider.slug).glob("*/meta.json"):
        metadata = json.loads(meta.read_text())
        if metadata["source"] == page.source and not metadata.get("is_index"):
            candidates.append((metadata["url"] == page.url, metadata["captured_at"], meta.parent))
    if not candidates:
        return None
    folder = max(candidates)[2]
    (recorded,) = folder.glob("page.*")
    metadata = json.loads((folder / "meta.json").read_text())
    opened = open_page(provider.slug, recorded, metadata["url"], None)
    return replace(opened, source=metadata["source"], captured_at=datetime.fromisoformat(metadata["captured_at"]))
