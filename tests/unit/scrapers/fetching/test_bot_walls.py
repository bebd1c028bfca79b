"""Walls are told from pages: each wall beside the price page that looks like it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.ingest.scrape_provider import read_page
from scrapers import registry
from scrapers.fetching import bot_walls
from scrapers.model import Page
from tests.support.walls import PAGES, WALLS
from tests.support.worlds import CAPTURES, at


@pytest.mark.parametrize("name", WALLS)
def test_walls_are_recognised(name: str) -> None:
    assert bot_walls.challenge(WALLS[name].encode())
    assert bot_walls.challenge(b"\xef\xbb\xbf\n" + WALLS[name].encode()), "whatever stands before it"


@pytest.mark.parametrize("name", PAGES)
def test_pages_that_look_like_walls_are_none(name: str) -> None:
    assert bot_walls.challenge(PAGES[name].encode()) == ""


def test_no_recorded_page_is_a_wall() -> None:
    walls = {path: why for path in CAPTURES.glob("*/*/page.*") if (why := bot_walls.challenge(path.read_bytes()))}
    assert not walls


def test_no_page_of_the_reference_material_is_a_wall(shared: Callable[[str], Path]) -> None:
    files = [p for name in ("captures", "captures-newer", "pages") for p in shared(name).rglob("*.html")]
    assert len(files) > 40
    walls = {path.name: why for path in files if (why := bot_walls.challenge(path.read_bytes()))}
    assert not walls


@pytest.mark.parametrize(
    ("status", "headers", "body", "says"),
    [
        (403, {}, b"", "refused"),
        (429, {}, b"", "too many requests"),
        (451, {}, b"", "not for this country"),
        (503, {}, WALLS["interstitial"].encode(), "challenge page"),
        (503, {"CF-Mitigated": "challenge"}, b"", "cf-mitigated"),
        (202, {"x-amzn-waf-action": "challenge"}, b"", "x-amzn-waf-action"),
        (200, {"cf-mitigated": "challenge"}, b"", "cf-mitigated"),
        (503, {}, b"<html>Down for maintenance</html>", ""),
        (404, {}, b"<html>No such page</html>", ""),
        (200, {"server": "cloudflare"}, b"", ""),
    ],
)
def test_refusals_are_told_from_faults(status: int, headers: dict[str, str], body: bytes, says: str) -> None:
    wall = bot_walls.refusal(status, headers, body)
    assert says in wall and bool(wall) == bool(says)


@pytest.mark.parametrize(
    ("asked", "answered", "is_other"),
    [
        ("https://x.com/pricing", "https://x.com/de/pricing", True),
        ("https://x.com/pricing", "https://x.com/de-de/pricing/", True),
        ("https://x.com/en/pricing", "https://x.com/fr/pricing", True),
        ("https://www.x.com/pricing", "https://de.x.com/pricing", True),
        ("https://www.x.com/pricing", "https://www.x.de/pricing", True),
        ("https://x.com/pricing", "https://x.com/en-us/pricing", False),
        ("https://x.com/pricing", "https://x.com/en/pricing", False),
        ("https://x.com/pricing", "https://x.com/pricing/", False),
        ("https://x.com/gpu", "https://x.com/pricing/gpu", False),
        ("https://x.com/pricing", "https://x.com/ai/cloud-pricing", False),
        ("https://x.com/de/pricing", "https://x.com/de/pricing", False),
        ("https://lambdalabs.com/pricing", "https://lambda.ai/pricing", False),
        ("https://x.com/pricing", "https://[", False),
    ],
)
def test_redirects_to_other_countries_are_told_from_moves(asked: str, answered: str, is_other: bool) -> None:
    assert bool(bot_walls.other_country(asked, answered)) == is_other


def test_services_that_ask_first_are_known_by_their_address() -> None:
    assert bot_walls.asks_for_consent("https://consent.example.com/ml?continue=x")
    assert bot_walls.asks_for_consent("https://x.com/captcha/start")
    assert not bot_walls.asks_for_consent("https://x.com/consenting-adults") and not bot_walls.asks_for_consent(
        "https://["
    )


@pytest.mark.parametrize("slug", ["fluidstack", "lambda", "modal"])
def test_a_wall_is_read_as_blocked_and_never_as_a_page_without_prices(slug: str) -> None:
    request = registry.get(slug).requests[0]
    wall = WALLS["captcha"].replace("One more step", "Contact sales")
    page = Page(slug, request.url, at("2026-11-26"), source=request.source, content=wall.encode())
    seen = read_page(registry.get(slug), page)
    assert seen.status == "blocked" and not seen.offers and request.url in seen.detail
