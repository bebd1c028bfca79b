"""Fingerprints of pages as they look, and the ones they should have (`python -m tests.support.visual_baselines`).

A fingerprint is the brightness of a page in a grid, as a browser paints it: small, and much changed by a layout that breaks.
It holds for one machine's fonts, so these are kept with it: other ones wrap lines elsewhere.
"""

from __future__ import annotations

import base64
import json
import os
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from pipelines.reports.build import build
from scrapers.fetching import chromium
from tests.support import report_world
from tests.support.report_site import BASE, Site

FILE = Path(__file__).parent / "visual_baselines.json"
PAGES = (
    "index",
    "explore",
    "gpus",
    "gpu/a100-80gb",
    "history/a100-80gb",
    "provider/lambda",
    "compare",
    "tokens",
    "changes",
    "health",
)
LOOKS = {
    "1280-light": ({"width": 1280, "height": 1800}, "light"),
    "390-dark": ({"width": 390, "height": 1800}, "dark"),
}
COLUMNS, ROWS = 26, 36
# Of 255, the mean difference of a cell: the same page makes 0, one without its tables 2 to 10, without its style 6 to 21.
TOLERANCE = 1.0
FONTS = "fonts"
_WIDTHS = """() => ["400", "700", "monospace"].map((face) => {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = face === "monospace" ? "100px monospace" : `${face} 100px ${getComputedStyle(document.body).fontFamily}`;
    return Math.round(pen.measureText("GPU prices of today, 0123456789").width);
})"""
_BRIGHTNESS = """async ([picture, columns, rows]) => {
    const image = new Image();
    image.src = picture;
    await image.decode();
    const canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
    [canvas.width, canvas.height] = [columns, rows];
    pen.imageSmoothingQuality = "high";
    pen.drawImage(image, 0, 0, columns, rows);
    const { data } = pen.getImageData(0, 0, columns, rows);
    return Array.from({ length: columns * rows }, (_, n) => Math.round((data[4 * n] + data[4 * n + 1] + data[4 * n + 2]) / 3));
}"""


def fingerprint(page: Page) -> str:
    """Return the brightness of each cell of what the window shows, as hexadecimal digits."""
    shot = page.screenshot(animations="disabled", caret="hide")
    blank = page.context.new_page()  # no policy of the site's forbids it to read a picture
    cells = blank.evaluate(_BRIGHTNESS, [f"data:image/png;base64,{base64.b64encode(shot).decode()}", COLUMNS, ROWS])
    blank.close()
    return bytes(cells).hex()


def difference(one: str, other: str) -> float:
    """Return by how much the cells of two fingerprints differ in the mean, of 255."""
    pairs = zip(bytes.fromhex(one), bytes.fromhex(other), strict=True)
    return sum(abs(a - b) for a, b in pairs) / (len(one) / 2)


def looks_of(browser: Browser, site: Site, name: str, look: str, script: str = "") -> str:
    """Return a page's fingerprint in a look; `script` spoils it first."""
    size, scheme = LOOKS[look]
    context = browser.new_context(viewport=size, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto((site.root / f"{name}.html").as_uri())
    if script:
        page.evaluate(script)
    made = fingerprint(page)
    context.close()
    return made


def fonts(browser: Browser, site: Site) -> str:
    """Return how wide this machine's fonts set a line."""
    page = browser.new_page()
    page.goto((site.root / "index.html").as_uri())
    widths = page.evaluate(_WIDTHS)
    page.close()
    return " ".join(map(str, widths))


def made_of(browser: Browser, site: Site) -> dict[str, str]:
    """Return the fingerprints of all pages in all looks, and the fonts."""
    looks = {f"{name} {look}": looks_of(browser, site, name, look) for name in PAGES for look in LOOKS}
    return {FONTS: fonts(browser, site)} | looks


def main() -> None:
    """Write the fingerprints anew: look at the pages first, their diff shows nothing."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        build(report_world.make(Path(folder) / "home", hostile=True), Path(folder) / "site", BASE)
        browser = playwright.chromium.launch(executable_path=chromium.find(), chromium_sandbox=os.geteuid() != 0)
        made = made_of(browser, Site(Path(folder) / "site"))
        browser.close()
    FILE.write_text(json.dumps(made, indent=1) + "\n")


if __name__ == "__main__":
    main()
