"""The explorer in a real browser: filters, order, address, currencies, CSV, keyboard, without scripts, hostile names."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from playwright.sync_api import Browser, Page

from tests.conftest import Demo
from tests.support.report_browser import DESKTOP, PHONE, chromium, cut, faults, opened, served, wider
from tests.support.report_site import Site
from tests.support.report_world import HOSTILE_GPU, HOSTILE_PROVIDER

__all__ = ["chromium"]  # a fixture
Accept = Callable[[dict[str, Any]], bool]
SOLD_OUT = ("sold_out", "waitlist")


@pytest.fixture
def explorer(demo: Demo, chromium: Browser) -> Iterator[Page]:
    """The demo's explorer, opened from disk; no error and no breach of its policy until the end."""
    with opened(chromium, (demo.home.report / "explore.html").as_uri()) as (page, wrong):
        yield page
        assert page.evaluate("window.violations") == [] and not wrong


@pytest.fixture(scope="module")
def offers(demo: Demo) -> list[dict[str, Any]]:
    """What the explorer is said to hold, from the database itself."""
    with duckdb.connect(str(demo.home.published), read_only=True) as con:
        cursor = con.execute(
            "select * from v1.offers_latest where source <> 'seed' and usd_per_gpu_hour is not null and price_scope = 'instance' "
            "and is_preferred and gpu is not null and not is_bound(is_floor, pricing_model)"
        )
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def default(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the offers that the explorer shows before anybody filters."""
    return [
        r for r in rows
        if r["pricing_model"] == "on_demand" and r["availability"] not in SOLD_OUT and r["gpu_count"] >= 1 and r["age_days"] <= 7
    ]  # fmt: skip


def prices(page: Page) -> list[float]:
    """Return the prices of the rows that are shown."""
    return [float(text.replace(",", "")) for text in page.locator("#offers tbody td.main").all_inner_texts()]


def status(page: Page) -> str:
    return page.inner_text("#status")


def address(page: Page) -> str:
    """Return the address as the page itself has it, a moment after the rows: Playwright hears of a change later still."""
    page.wait_for_timeout(400)
    href: str = page.evaluate("location.href")
    return href


def column(page: Page, number: int) -> list[str]:
    """Return the texts of a column, from 1."""
    return page.locator(f"#offers tbody tr > :nth-child({number})").all_inner_texts()


def downloaded(page: Page) -> list[dict[str, str]]:
    """Press the button and return the rows of the file."""
    with page.expect_download() as event:
        page.click("#csv")
    return list(csv.DictReader(io.StringIO(Path(event.value.path()).read_text())))


def test_cheapest_of_a_kind_takes_three_choices(explorer: Page, offers: list[dict[str, Any]]) -> None:
    right = [r for r in default(offers) if r["gpu"] == "H100" and r["gpu_count"] == 8 and r["continent"] == "Europe"]
    explorer.select_option("#f-gpu", "H100")
    explorer.select_option("#f-continent", "Europe")
    explorer.select_option("#f-n", "8")
    low = min(r["usd_per_gpu_hour"] for r in right)
    assert right and status(explorer).startswith(f"{len(right)} of {len(offers)} offers; the cheapest is {low:.3f} USD")
    assert prices(explorer)[0] == float(round(low, 3)) and prices(explorer) == sorted(prices(explorer))
    assert len(prices(explorer)) == len(right)
    first = explorer.locator("#offers tbody tr").first
    assert first.get_by_role("link", name="Receipt of").get_attribute("href").startswith("receipt/")  # type: ignore[union-attr]
    assert first.get_by_role("link", name="Source page of").get_attribute("href").startswith("https://")  # type: ignore[union-attr]


def test_one_search_finds_the_same(explorer: Page, offers: list[dict[str, Any]]) -> None:
    right = [r for r in default(offers) if r["gpu"] == "H100" and r["gpu_count"] == 8 and r["continent"] == "Europe"]
    explorer.fill("#f-q", "H100 europe 8x")
    assert status(explorer).startswith(f"{len(right)} of ")
    explorer.fill("#f-q", "no such thing")
    assert status(explorer) == f"No offer matches; {len(offers)} are in force."
    assert explorer.locator("#offers tbody tr").count() == 0


def test_every_filter_narrows_as_its_column_says(explorer: Page, offers: list[dict[str, Any]]) -> None:
    explorer.click("summary >> text=More filters")
    choices: tuple[tuple[str, str, Accept], ...] = (
        ("vram", "80", lambda r: (r["gpu_memory_gb"] or 0) >= 80),
        ("country", "US", lambda r: r["country"] == "US"),
        ("provider", "gcp", lambda r: r["provider"] == "gcp"),
        ("stock", "stated", lambda r: r["availability"] in ("available", "limited")),
        ("fresh", "today", lambda r: r["age_days"] == 0),
        ("n", "8+", lambda r: r["gpu_count"] >= 8),
        ("term", "none", lambda r: not r["term_months"]),
    )
    for field, value, accept in choices:
        explorer.select_option(f"#f-{field}", value)
        expected = [r for r in default(offers) if accept(r)]
        assert expected and status(explorer).startswith(f"{len(expected)} of "), field
        explorer.click("#reset")
    amounts: tuple[tuple[str, str, Accept], ...] = (
        ("vcpus", "64", lambda r: (r["vcpus"] or 0) >= 64),
        ("ram", "500", lambda r: (r["ram_gb"] or 0) >= 500),
        ("max", "1.5", lambda r: r["usd_per_gpu_hour"] <= Decimal("1.5")),
    )
    for field, value, accept in amounts:
        explorer.fill(f"#f-{field}", value)
        expected = [r for r in default(offers) if accept(r)]
        assert expected and status(explorer).startswith(f"{len(expected)} of "), field
        explorer.click("#reset")
    for field in ("model", "stock", "fresh", "n"):
        explorer.select_option(f"#f-{field}", "any")
    assert status(explorer).startswith(f"{len(offers)} of {len(offers)} ")
    explorer.select_option("#f-kind", "marketplace")
    assert all("marketplace" in text for text in column(explorer, 3)) and column(explorer, 3)


def test_sold_out_is_said_at_the_price_and_left_out_at_first(explorer: Page, offers: list[dict[str, Any]]) -> None:
    assert not [text for text in column(explorer, 3) if "sold out" in text]
    sold_out = next(r for r in offers if r["availability"] == "sold_out" and r["pricing_model"] == "on_demand")
    explorer.select_option("#f-stock", "any")
    explorer.select_option("#f-gpu", sold_out["gpu"])
    assert any("sold out" in text for text in column(explorer, 3))


def test_headline_agrees_with_the_gpu_page(explorer: Page, demo: Demo) -> None:
    """The lowest on-demand price is the same number at the same provider everywhere."""
    explorer.fill("#f-q", "h100 80gb")
    words = status(explorer)
    page = (demo.home.report / "gpu" / "h100-80gb.html").read_text()
    cheapest = page.split('<p class="answer">')[1].split("</p>")[0]
    at = words.rpartition(" at ")[2].rstrip(".")
    assert f"${prices(explorer)[0]:.2f} per GPU-hour, at {at}" in cheapest


def test_state_is_in_the_address(explorer: Page, demo: Demo, chromium: Browser) -> None:
    explorer.select_option("#f-gpu", "A100")
    explorer.select_option("#f-cur", "EUR")
    explorer.select_option("#f-per", "month")
    explorer.get_by_role("button", name="GPUs", exact=True).click()
    explorer.click("summary >> text=More filters")
    explorer.fill("#f-ram", "100")
    shared, said, rows = address(explorer), status(explorer), prices(explorer)
    assert dict(part.split("=") for part in shared.partition("#")[2].split("&")) == {
        "gpu": "A100", "cur": "EUR", "per": "month", "sort": "count", "ram": "100",
    }  # fmt: skip
    with opened(chromium, shared) as (other, wrong):
        assert status(other) == said and prices(other) == rows and not wrong
        assert other.locator("#more").get_attribute("open") is not None, "a filter that is set is in sight"
        assert other.input_value("#f-ram") == "100" and other.input_value("#f-gpu") == "A100"
    explorer.keyboard.press("Control+Home")
    explorer.evaluate("document.querySelector('.skip').click()")
    assert address(explorer) == shared and status(explorer) == said, "a jump within the page keeps the filters"
    explorer.click("#reset")
    assert "#" not in address(explorer) and explorer.input_value("#f-cur") == "USD"


def test_nonsense_in_the_address_is_ignored(demo: Demo, chromium: Browser) -> None:
    plain_address = (demo.home.report / "explore.html").as_uri()
    with opened(chromium, plain_address) as (page, _):
        plain = status(page)
    nonsense = "#gpu=%3Cimg%20src%3Dx%3E&sort=__proto__&toString=1&cur=XXX&per=constructor&n=NaN&max=-1&__proto__=1"
    with opened(chromium, plain_address + nonsense) as (page, wrong):
        assert status(page) == plain and not wrong
        page.evaluate("location.hash = '#gpu=A100'")
        page.locator("#status", has_not_text=plain).wait_for(state="attached")
        assert {text.split()[0] for text in column(page, 5)} == {"A100"}


def test_order_follows_the_head_of_the_column(explorer: Page) -> None:
    def sorted_by() -> list[str]:
        heads = explorer.locator("#offers th[aria-sort]")
        return [f"{h.get_attribute('data-sort')} {h.get_attribute('aria-sort')}" for h in heads.all()]

    assert sorted_by() == ["price ascending"]
    explorer.get_by_role("button", name="USD per GPU").click()
    assert sorted_by() == ["price descending"] and prices(explorer) == sorted(prices(explorer), reverse=True)
    for _ in range(2):  # what is unknown comes last in both directions
        explorer.get_by_role("button", name="vCPU").click()
        numbers = [text.replace(",", "") for text in column(explorer, 11)]
        known = [float(text) for text in numbers if text != "–"]
        is_descending = sorted_by() == ["vcpus descending"]
        assert known == sorted(known, reverse=is_descending) and numbers[: len(known)] == [
            n for n in numbers if n != "–"
        ]
    explorer.get_by_role("button", name="Provider").click()
    assert [p.lower() for p in column(explorer, 1)] == sorted(p.lower() for p in column(explorer, 1))


def test_prices_by_month_and_in_currencies(explorer: Page, offers: list[dict[str, Any]]) -> None:
    with_rate = explorer.locator("#f-cur option").all_inner_texts()
    assert with_rate == ["USD", "EUR", "GBP", "INR"]
    explorer.select_option("#f-provider", "scaleway", force=True)
    published = sorted(r["price"] / r["gpu_count"] for r in default(offers) if r["provider"] == "scaleway")
    assert {r["currency"] for r in offers if r["provider"] == "scaleway"} == {"EUR"} and published
    explorer.select_option("#f-cur", "EUR")
    assert prices(explorer) == pytest.approx([float(p) for p in published], abs=0.00051), "not there and back"
    assert "EUR at the rate of 18 Sep 2026" in explorer.inner_text("#caption")
    explorer.select_option("#f-per", "month")
    assert prices(explorer) == pytest.approx([float(730 * p) for p in published], rel=1e-3)
    assert "EUR per GPU" in explorer.inner_text("#unit") and "month" in explorer.inner_text("#unit")
    explorer.select_option("#f-per", "hour")
    explorer.select_option("#f-cur", "GBP")
    usd = min(r["usd_per_gpu_hour"] for r in default(offers) if r["provider"] == "scaleway")
    assert prices(explorer)[0] == pytest.approx(float(usd) / 1.3344, abs=0.002)


def test_csv_is_what_is_shown(explorer: Page, offers: list[dict[str, Any]]) -> None:
    explorer.select_option("#f-gpu", "A100")
    explorer.select_option("#f-per", "year")
    rows = downloaded(explorer)
    right = [r for r in default(offers) if r["gpu"] == "A100"]
    assert len(rows) == len(right) and {r["gpu"] for r in rows} == {"A100"}
    assert sorted(float(r["usd_per_gpu_hour"]) for r in rows) == sorted(float(r["usd_per_gpu_hour"]) for r in right)
    assert [float(r["usd_per_gpu_year"]) for r in rows] == pytest.approx(
        [8760 * float(r["usd_per_gpu_hour"]) for r in rows]
    )
    assert all(r["receipt"].startswith("file:///") and "#" not in r["receipt"] for r in rows)
    assert {r["last_seen_on"] for r in rows} == {str(r["last_seen_on"]) for r in right}


def test_long_lists_come_in_parts(explorer: Page) -> None:
    explorer.select_option("#f-model", "any")
    shown = explorer.locator("#offers tbody tr").count()
    explorer.focus("#next")
    explorer.keyboard.press("Enter")
    more = explorer.locator("#offers tbody tr").count()
    assert 0 < shown < more
    row = explorer.evaluate("document.activeElement.closest('tr').rowIndex")
    assert row == shown + 1, "the first new row has the focus"
    assert prices(explorer) == sorted(prices(explorer))


def test_by_keyboard(explorer: Page) -> None:
    explorer.focus("#f-q")
    seen = []
    for _ in range(30):
        explorer.keyboard.press("Tab")
        seen.append(explorer.evaluate("document.activeElement.id || document.activeElement.className"))
        if "sort" in seen:
            break
    order = [name for name in seen if name.startswith("f-") or name in ("csv", "reset", "scroll offers", "sort")]
    assert order == [
        "f-gpu",
        "f-n",
        "f-continent",
        "f-model",
        "f-stock",
        "f-per",
        "f-cur",
        "csv",
        "reset",
        "scroll offers",
        "sort",
    ]
    explorer.keyboard.press("Enter")
    assert explorer.locator("#offers th[aria-sort=ascending]").get_attribute("data-sort") == "provider"
    assert explorer.evaluate("document.activeElement.className") == "sort"
    assert explorer.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert explorer.locator("#status").get_attribute("aria-live") == "polite"


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "dark"), (PHONE, "light"), (DESKTOP, "light"), (PHONE, "dark")])
def test_accessible_with_every_part_open(size: dict[str, int], scheme: str, demo: Demo, chromium: Browser) -> None:
    state = "#stock=any&model=any&vram=16&sort=-gpu"
    with (
        served(demo.home.report) as root,
        opened(chromium, f"{root}/explore.html{state}", viewport=size, color_scheme=scheme) as (page, wrong),
    ):
        assert page.locator("#more").get_attribute("open") is not None
        assert not faults(page) and not cut(page) and wider(page) == 0 and not wrong


def test_without_scripts_it_is_the_cheapest_of_each_gpu(demo: Demo, chromium: Browser) -> None:
    with opened(chromium, (demo.home.report / "explore.html").as_uri(), java_script_enabled=False) as (page, wrong):
        assert not page.locator("#filters").is_visible() and not wrong
        gpus = column(page, 5)
        assert len(gpus) > 20 and len(set(gpus)) == len(gpus) and "need JavaScript" in page.inner_text("caption")
        assert page.locator("#offers tbody a >> text=receipt").count() == len(gpus)


def test_on_paper_the_filters_are_gone(explorer: Page) -> None:
    explorer.emulate_media(media="print")
    assert not explorer.locator("#filters").is_visible() and explorer.locator("#offers tbody tr").count() == 20


def test_hostile_names_stay_text(site: Site, chromium: Browser) -> None:
    with opened(chromium, (site.root / "explore.html").as_uri()) as (page, wrong):
        assert HOSTILE_PROVIDER in column(page, 1) and any(HOSTILE_GPU in text for text in column(page, 5))
        assert page.locator("main img, main iframe").count() == 0
        assert not [
            h
            for h in page.locator("#offers a").evaluate_all("es => es.map(e => e.protocol)")
            if h not in ("file:", "https:")
        ]
        page.fill("#f-q", "<script>alert(1)")
        assert status(page).split()[0] != "No"
        assert page.evaluate("window.violations") == [] and not wrong
        page.fill("#f-q", "")
        rows = downloaded(page)
        assert f"'{HOSTILE_GPU}" in {r["gpu"] for r in rows}, "no cell is a formula"
        assert not [cell for r in rows for cell in r.values() if cell.startswith(("=", "+", "-", "@"))]
