"""Fetches one page of any site politely, archives it, and reads it; in a browser where the page needs its scripts."""

from __future__ import annotations

import re
from dataclasses import replace

from pipelines.ingest.parse_file import FileReading, file_reading
from scrapers import registry
from scrapers.fetching.archive import Archive
from scrapers.fetching.crawler import Fetcher
from scrapers.fetching.policy import Settings, host_of
from scrapers.model import LayoutError, Page, Provider, Request
from scrapers.reading.by_meaning import ByMeaning
from scrapers.reading.provider_page import Reading, read_provider_page
from warehouse.storage.state_dir import Home


def read_url(url: str, slug: str | None, in_browser: bool, home: Home, settings: Settings | None = None) -> FileReading:
    """Fetch and read one page, as a page of a provider where one is named.

    Raises FetchError with the reason when the page does not come, LayoutError when nothing is read from it.
    """
    provider = registry.get(slug) if slug else provider_of(url)
    page, reading = fetch_and_read(provider, url, in_browser, home, settings)
    return file_reading(replace(page, provider=slug or ""), reading)


def fetch_and_read(
    provider: Provider, url: str, in_browser: bool, home: Home, settings: Settings | None = None
) -> tuple[Page, Reading]:
    """Return a page and what a provider's parser reads from it.

    A page that shows no price by itself is rendered in a browser before it is given up. Raises FetchError when the page
    does not come, LayoutError when nothing is read from it, NoPublicPrice when it says that it has no price.
    """
    request = Request(url, provider.requests[0].source, browser=in_browser)
    with Fetcher(Archive(home.root), settings=settings) as fetcher:
        page = fetcher.fetch(provider, request)
        try:
            reading = read_provider_page(provider, page)
        except LayoutError:
            if in_browser or not needs_scripts(page):
                raise
            page = fetcher.fetch(provider, replace(request, browser=True))
            reading = read_provider_page(provider, page)
    return page, reading


def provider_of(url: str) -> Provider:
    """Return a provider for a page that belongs to none: its host's name, read by meaning."""
    host = host_of(url)
    slug = re.sub(r"[^a-z0-9]+", "-", host.removeprefix("www.")).strip("-")
    return Provider(slug, host, (Request(url, "pricing_page"),), ByMeaning(), hosts=(host.removeprefix("www."),))


def needs_scripts(page: Page) -> bool:
    """Return whether a page builds its content in the browser: scripts, and hardly a word besides."""
    text = page.text()
    if "<script" not in text:
        return False
    shown = re.sub(r"<(script|style|noscript)\b.*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL | re.IGNORECASE)
    return len(shown.split()) < _FEW_WORDS or not re.search(r"[$€£₹¥]\s?\d|\d\s?(?:USD|EUR)", shown)


_FEW_WORDS = 60
