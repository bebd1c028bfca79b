"""The report in a real browser: every kind of page on phone and desktop, without scripts, in the dark, on paper, by keyboard."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Page, Route

from pipelines.reports import sql_shell
from tests.conftest import Demo
from tests.support.effort import first_of
from tests.support.report_browser import DESKTOP, PHONE, chromium, cut, faults, opened, served, wider
from tests.support.report_site import Site

__all__ = ["chromium"]  # a fixture
PAPER, WIDE_PAPER = (
    {"width": 1046, "height": 700},
    {"width": 1510, "height": 1046},
)  # A4 and A3, landscape, in CSS pixels
# The suite looks at those with charts, scripts or wide tables; the rest are made of the same parts.
KINDS = ("index", "gpu/", "history/", "provider/", "compare", "tokens/", "changes/", "explore", "sql", "receipt/",
         "gpus", "providers", "tokens", "train-or-infer", "indices", "index/", "changes", "2023", "data", "schema",
         "methodology", "methodology/", "health")  # fmt: skip


@pytest.fixture(scope="module")
def address(site: Site) -> Iterator[str]:
    with served(site.root) as found:
        yield found


def one_of(site: Site, kind: str) -> str:
    """Return the largest page of this kind."""
    if not kind.endswith("/"):
        return f"{kind}.html"
    return max((p for p in site.pages if p.startswith(kind)), key=site.weight)


def test_list_of_page_kinds_is_complete(site: Site) -> None:
    assert {p.split("/")[0] + "/" if "/" in p else p.removesuffix(".html") for p in site.pages} == set(KINDS)


@pytest.mark.parametrize("kind", first_of(KINDS, 10))
def test_page_kind(kind: str, site: Site, address: str, chromium: Browser) -> None:
    path = one_of(site, kind)
    with opened(chromium, f"{address}/{path}", color_scheme="light") as (page, wrong):
        assert wider(page) == 0 and not cut(page)
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        assert wider(page) == 0 and not cut(page)
        assert not faults(page)  # the other sizes and schemes: test_report_looks.py
        assert page.evaluate("getComputedStyle(document.querySelector('nav a')).transitionDuration") == "0s"
        assert page.evaluate("window.violations") == [] and not wrong
        told = page.inner_text("h1"), page.inner_text(".answer")
    with opened(chromium, f"{address}/{path}", java_script_enabled=False) as (page, wrong):
        assert (page.inner_text("h1"), page.inner_text(".answer")) == told
        assert not wrong and all(told)


def test_pages_open_from_disk(site: Site, chromium: Browser) -> None:
    with opened(chromium, (site.root / one_of(site, "gpu/")).as_uri()) as (page, wrong):
        assert page.evaluate("getComputedStyle(document.querySelector('.main')).textAlign") == "right"
        page.click("nav a >> text=Providers")
        assert page.url.endswith("/providers.html") and not wrong


def test_chart_fits_a_phone_and_keeps_its_text(site: Site, address: str, chromium: Browser) -> None:
    with opened(chromium, f"{address}/gpu/a100-80gb.html", viewport=PHONE) as (page, _):
        chart = page.locator("figure.chart").first
        box, label = chart.locator("> svg").bounding_box(), chart.locator("text.end").first
        assert box and box["width"] <= 358 and box["height"] >= 300
        assert label.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") >= 11
        right = chart.locator("text.end").evaluate_all(
            "es => Math.max(...es.map(e => e.getBoundingClientRect().right))"
        )
        assert right <= 390
        assert chart.locator("title").first.text_content() and chart.locator("desc").first.text_content()
        assert {
            chart.locator("path.line").nth(n).evaluate("e => getComputedStyle(e).strokeDasharray") for n in range(4)
        } != {"none"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_charts_are_saved_with_their_citation(scheme: str, site: Site, chromium: Browser, tmp_path: Path) -> None:
    """From disk too, where a browser lets no script read files or pictures."""
    with opened(chromium, (site.root / "history/a100-80gb.html").as_uri(), color_scheme=scheme) as (page, wrong):
        saved = {}
        for form in ("SVG", "PNG"):
            with page.expect_download() as event:
                page.get_by_role("button", name=f"Save as {form}: Lowest list price of all").click()
            assert event.value.suggested_filename == f"history-a100-80gb-c-lowest.{form.lower()}"
            event.value.save_as(tmp_path / form)
            saved[form] = (tmp_path / form).read_bytes()
        assert page.evaluate("window.violations") == [] and not wrong
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    picture = ElementTree.fromstring(saved["SVG"])
    texts = [element.text or "" for element in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert texts[0] == "A100 80\u00a0GB price since 2026" and "USD per GPU-hour" in texts
    assert any("data of 2026-06-29" in t and "Terms: MIT" in t for t in texts)
    assert any("https://gpuhour.example/prices/history/a100-80gb.html" in t for t in texts)
    assert "Demo data: recorded pages of 29 June 2026 and before, not today's prices. Do not quote them." in texts
    assert picture[0].get("fill") == ground and not [e for e in picture.iter() if e.get("class") or e.get("style")]
    assert saved["PNG"][:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", saved["PNG"][16:24])
    assert width == 2 * int(picture.get("width") or 0) and height == 2 * int(picture.get("height") or 0)


def test_own_load_starts_from_what_is_there_without_scripts(site: Site, chromium: Browser) -> None:
    address = (site.root / one_of(site, "tokens/")).as_uri()

    def machines(page: Page) -> list[list[str]]:
        rows = page.locator("#load-table tbody tr:visible")
        return [rows.nth(n).locator("th, td").all_inner_texts() for n in range(rows.count())]

    def numbers(rows: list[list[str]]) -> list[list[float]]:
        return [[float(row[n].replace(",", "")) for n in (1, 3, 4, 5)] for row in rows]

    with opened(chromium, address, java_script_enabled=False) as (page, _):
        plain = machines(page)
        assert plain and not page.locator("#load-form").is_visible() and len(plain) <= 12
    with opened(chromium, address) as (page, wrong):
        scripted = machines(page)
        assert len(scripted) == len(plain)
        for shown, computed in zip(numbers(plain), numbers(scripted), strict=True):
            assert computed == pytest.approx(shown, rel=0.006), "the same sums, rounded alike"
        page.fill("#l-tokens", "100000")
        many = numbers(machines(page))
        assert [usd for usd, *_ in many] == sorted(usd for usd, *_ in many) and min(n for _, n, *_ in many) > 1
        page.fill("#l-bound", "1000")
        assert max(ms for *_, ms in numbers(machines(page))) > 50
        page.fill("#l-bound", "")
        assert machines(page), "half a number changes nothing"
        page.fill("#l-bound", "0.001")
        assert not machines(page) and "No machine here keeps 0.001 ms per token" in page.inner_text("#load-status")
        assert page.evaluate("window.violations") == [] and not wrong


def test_by_keyboard(address: str, chromium: Browser) -> None:
    with opened(chromium, f"{address}/index.html") as (page, _):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
        page.keyboard.press("Enter")
        page.wait_for_url("**#main")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('main') !== null")
        outline = "getComputedStyle(document.activeElement).outlineStyle"
        assert page.evaluate(outline) == "solid"
        seen = set()
        for _ in range(200):
            page.keyboard.press("Tab")
            seen.add(page.evaluate("document.activeElement.tagName + (document.activeElement.className || '')"))
            if "BODY" in seen:
                break
        assert {"DIVscroll", "A", "SUMMARY"} <= seen


def test_on_paper(address: str, chromium: Browser, tmp_path: Path) -> None:
    with opened(chromium, f"{address}/gpu/a100-80gb.html", color_scheme="dark") as (page, _):
        page.emulate_media(media="print")
        assert page.evaluate("getComputedStyle(document.querySelector('nav')).display") == "none"
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        written = page.pdf(path=tmp_path / "a100.pdf", format="A4")
    assert written[:5] == b"%PDF-" and 1 <= written.count(b"/Type /Page\n") <= 8


@pytest.mark.parametrize("path", ["index", "gpus", "gpu/h100-80gb", "provider/runpod", "compare", "tokens", "train-or-infer",
                                  "changes", "health", "explore", "tokens/qwen2.5-0.5b", "2023"])  # fmt: skip
def test_demo_tables_are_whole_on_screens_and_paper(path: str, demo: Demo, chromium: Browser) -> None:
    """Many providers with long names: prices, providers, availability and receipts are in sight, and paper cuts nothing."""
    with opened(chromium, (demo.home.report / f"{path}.html").as_uri()) as (page, wrong):
        for size in (DESKTOP, PHONE):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            assert not cut(page) and wider(page) == 0
        page.emulate_media(media="print")
        page.set_viewport_size(WIDE_PAPER if path == "compare" else PAPER)  # type: ignore[arg-type]
        assert wider(page) == 0 and not wrong


def test_chosen_comparison_has_a_url(address: str, chromium: Browser) -> None:
    with opened(chromium, f"{address}/compare.html?ids=h100-80gb") as (page, wrong):
        assert page.locator("tbody tr:visible").count() == 1
        assert page.locator("details.choices").get_attribute("open") is not None
        page.get_by_label("A100 80").check()
        assert page.locator("tbody tr:visible").count() == 2 and "h100-80gb,a100-80gb" in page.url
        assert not wrong


def test_sql_shell_works_offline(site: Site, address: str, chromium: Browser) -> None:
    vendored = sql_shell.installed()
    if vendored is None:
        pytest.skip("needs the SQL shell, which make setup fetches where Node and a registry are")
    asked: list[str] = []

    def only_ours(route: Route) -> None:
        asked.append(route.request.url)
        if route.request.url.startswith((address, "blob:")):
            route.continue_()
        else:
            route.abort()

    with opened(chromium, "about:blank") as (page, wrong):
        page.context.route("**/*", only_ours)
        page.goto(f"{address}/sql.html")
        assert not [url for url in asked if "sql-" in url or url.endswith(".duckdb")], "loaded before anybody asked"
        loaded = sum((site.root / path).stat().st_size for path, _ in vendored.files) / 1e6
        assert f"{loaded:.1f} MB" in page.inner_text("#load")
        page.focus("#load")
        page.keyboard.press("Enter")
        page.wait_for_selector("#ask:not([hidden])", timeout=60_000)
        page.context.set_offline(True)
        page.fill("#query", "select provider, usd_per_gpu_hour from v1.offers_latest where gpu = 'A100' and pricing_model = "
                            "'on_demand' order by 2 limit 2")  # fmt: skip
        page.keyboard.press("Control+Enter")
        page.wait_for_selector("#answer table")
        assert page.inner_text("#answer tbody tr:first-child").split() == ["lambda", "1.35"]
        page.fill("#query", "select '<img src=x onerror=alert(1)>' as x, date '2026-01-02' as d, 1.50::decimal(9, 2) as p, null as n, "
                            "-2.5::decimal(38, 18) as m, true as b")  # fmt: skip
        page.keyboard.press("Control+Enter")
        # by selector: a function would be evaluated, which the page's policy forbids
        page.locator("#answer", has_text="onerror").wait_for()
        cells = page.locator("#answer td").all_inner_texts()
        assert cells == ["<img src=x onerror=alert(1)>", "2026-01-02", "1.5", "", "-2.5", "true"]
        assert page.locator("#answer img").count() == 0 and not faults(page)
        page.fill("#query", "select nothing from nowhere")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector("#status.wrong")
        assert "nowhere" in page.inner_text("#status")
        page.fill("#query", "from read_parquet('https://example.com/x.parquet')")
        page.keyboard.press("Control+Enter")
        page.locator("#status", has_not_text="nowhere").wait_for(state="attached", timeout=30_000)
        assert page.locator("#status.wrong").count() == 1
        assert page.evaluate("window.violations") == []
    assert not [url for url in asked if not url.startswith((address, "blob:"))]
    assert not [text for text in wrong if "Content Security" in text]


def test_demo_pages(demo: Demo, chromium: Browser) -> None:
    """The ribbon, tables of many providers, and a page without any chart."""
    with served(demo.home.report) as address:
        for path in ("index.html", "gpu/a100-80gb.html", "2023.html"):
            with opened(chromium, f"{address}/{path}", viewport=PHONE) as (page, wrong):
                assert page.locator(".ribbon").is_visible() and wider(page) == 0
                assert not faults(page) and not wrong


def test_preview_serves_only_localhost_and_lists_no_files(address: str, chromium: Browser) -> None:
    context = chromium.new_context()
    assert context.request.get(f"{address}/gpu/").status == 404
    answer = context.request.get(f"{address}/changes.atom")
    assert (
        answer.headers["content-type"] == "application/atom+xml"
        and answer.headers["x-content-type-options"] == "nosniff"
    )
    assert context.request.get(f"{address}/../../etc/passwd").status == 404
    assert context.request.get(f"{address}/%2e%2e/%2e%2e/etc/passwd").status == 404
    context.close()
