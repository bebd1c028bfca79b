"""Pages of providers without a parser, and newer layouts of known ones: every row of their keys, and none besides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.ingest.parse_file import open_page
from scrapers import registry
from scrapers.model import LayoutError, Page
from scrapers.reading.provider_page import read_provider_page
from scrapers.reading.reader import read_page
from tests.support.copied_text import copied_text
from tests.support.reading_score import score
from tests.support.reference_data import SHARED

KEYS = sorted(
    path for folder in ("pages/expected", "captures-newer/expected") for path in (SHARED / folder).glob("*.csv")
)
# Price maps without a unit of time, and a field per cloud: their providers' layouts read them.
DATA = ("azure__", "runpod__", "voltagepark__")
Shared = Callable[[str], Path]


def capture_of(key: Path) -> tuple[str, Path]:
    provider, _, file = key.stem.partition("__")
    folder = "pages/captures" if "pages" in key.parts else "captures-newer"
    return provider, SHARED / folder / provider / file


@pytest.mark.skipif(not KEYS, reason="needs ../shared: keys of recorded pages")
def test_keys_are_there() -> None:
    assert len(KEYS) >= 30


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.stem)
def test_every_required_row_is_read_and_no_other(key: Path) -> None:
    slug, path = capture_of(key)
    page = open_page(slug if slug in registry.modules() else "", path, None, None)
    try:
        is_known = slug in registry.modules()
        offers = read_provider_page(registry.get(slug), page).offers if is_known else read_page(page).offers
    except LayoutError:
        offers = ()  # refused loudly: right where the key requires nothing
    result = score(slug, offers, key)
    assert not result.wrong
    assert not result.missed


@pytest.mark.parametrize("key", [k for k in KEYS if not k.name.startswith(DATA)], ids=lambda key: key.stem)
def test_a_page_is_read_without_knowing_whose_it_is(key: Path) -> None:
    slug, path = capture_of(key)
    result = score(slug, read_page(open_page("", path, None, None)).offers, key)
    assert not result.wrong
    assert not result.missed


@pytest.mark.parametrize("key", [k for k in KEYS if k.stem.endswith(".html")], ids=lambda key: key.stem)
def test_a_page_copied_as_text_gives_no_wrong_row_and_tells_what_it_misses(key: Path) -> None:
    slug, path = capture_of(key)
    page = Page(slug, "https://x/copied.txt", datetime.now(UTC), content=copied_text(path.read_bytes()).encode())
    account = read_page(page)
    result = score(slug, account.offers, key)
    assert not result.wrong
    assert not result.missed or not account.is_whole
