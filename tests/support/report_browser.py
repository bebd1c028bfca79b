"""Opens a built report in a real browser: errors, breaches of its policy, faults that axe finds, widths."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from pipelines.reports.preview_server import server
from scrapers.fetching import chromium as browser

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
WCAG = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "resultTypes": ["violations"],  # what passes is not described, which takes most of the time on a long page
}
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (e) => window.violations.push(`${e.violatedDirective} ${e.blockedURI}`));
"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=browser.find(), chromium_sandbox=os.geteuid() != 0)
        yield found
        found.close()


@contextmanager
def served(root: Path) -> Iterator[str]:
    """Serve a site on loopback and yield its URL."""
    with server(root, 0) as serving:
        thread = threading.Thread(target=serving.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{serving.server_address[1]}"
        serving.shutdown()
        thread.join()


@contextmanager
def opened(chromium: Browser, url: str, **settings: Any) -> Iterator[tuple[Page, list[str]]]:
    """Open a page and collect its errors, refused loads and breaches of its Content-Security-Policy."""
    context = chromium.new_context(**({"viewport": DESKTOP} | settings))
    wrong: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            wrong.append(message.text)

    page = context.new_page()
    if settings.get("java_script_enabled", True):
        page.add_init_script(WATCH)
    page.on("console", heard)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("requestfailed", lambda request: wrong.append(f"failed: {request.url}"))
    page.on("response", lambda answer: wrong.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None)
    page.goto(url)
    yield page, wrong
    context.close()


def faults(page: Page) -> list[str]:
    """Return the faults that axe reports, one line per element."""
    found = Axe().run(page, options=WCAG).response["violations"]
    return [f"{v['id']}: {n['target']} {n['html'][:120]}" for v in found for n in v["nodes"]]


def wider(page: Page) -> int:
    """Return the number of pixels by which a page is wider than its window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width


# The columns that nobody should have to look for, beside the price: the first of each name.
ALWAYS_VISIBLE = ("Provider", "Availability", "Receipt", "at", "Host", "Lowest")
_CUT = """(wanted) => [...document.querySelectorAll(".scroll")].flatMap((box) => {
    const edge = box.getBoundingClientRect().left + box.clientWidth, heads = [...box.querySelectorAll("thead th")];
    const sought = [heads.find((th) => /^(USD|On demand|New price|Price (then|as)|Lowest|Median|Stated|Host, USD)/.test(th.innerText.trim())), ...wanted.map((name) => heads.find((th) => th.innerText.trim() === name))];
    return sought.filter((th) => th && th.getBoundingClientRect().right > edge + 1).map((th) => `${box.getAttribute("aria-labelledby")}: ${th.innerText}`);
})"""


def cut(page: Page) -> list[str]:
    """Return the columns of prices, providers, availability and receipts that are out of sight."""
    columns: list[str] = page.evaluate(_CUT, list(ALWAYS_VISIBLE))
    return columns
