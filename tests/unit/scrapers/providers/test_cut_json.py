"""A JSON answer that was cut off: an error when it is live, its complete rows when it is a recorded excerpt."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines.ingest.parse_file import open_page
from scrapers import registry
from scrapers.model import LayoutError, Offer, Page, ScrapeError
from tests.support.golden import Capture, captures

ANSWERS = [
    capture
    for capture in captures()
    if not capture.meta.get("is_index") and capture.page.read_bytes().lstrip()[:1] in (b"{", b"[")
]
PARTS = 8


def cut_pages(capture: Capture) -> list[Page]:
    """Return the capture's page, cut off in several places."""
    whole = open_page(capture.slug, capture.page, capture.meta["url"], capture.captured_at)
    content = whole.read().rstrip()
    ends = [len(content) * part // PARTS for part in range(1, PARTS)] + [len(content) - 1]
    return [replace(whole, content=content[:end]) for end in ends]


def parse(page: Page) -> list[Offer]:
    return list(registry.get(page.provider).parse(page))


@pytest.mark.parametrize("capture", ANSWERS, ids=lambda c: f"{c.slug}/{c.folder.name}")
def test_cut_live_answer_raises(capture: Capture) -> None:
    for page in cut_pages(capture):
        live = replace(page, fetched_by="http", is_excerpt=False)
        with pytest.raises(LayoutError) as error:
            parse(live)
        assert capture.meta["url"] in str(error.value)


@pytest.mark.parametrize("slug", ["vast", "runpod", "primeintellect", "linode", "verda"])
def test_excerpt_keeps_its_complete_rows(slug: str) -> None:
    """An excerpt that lost only its last character states everything; a shorter one states a part of it."""
    (capture, *_) = [c for c in ANSWERS if c.slug == slug]
    whole = parse(open_page(slug, capture.page, capture.meta["url"], capture.captured_at))
    counts = []
    for page in cut_pages(capture):
        try:
            offers = parse(replace(page, fetched_by="http", is_excerpt=True))
        except ScrapeError:
            offers = []
        assert offers == whole[: len(offers)]
        counts.append(len(offers))
    assert counts == sorted(counts) and 0 < counts[PARTS // 2] < counts[-1] == len(whole)
