"""How pages look: fingerprints against kept ones, and accessibility in each size and scheme and on paper."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Browser

from tests.integration.test_report_browser import KINDS, PAPER, one_of
from tests.support.report_browser import DESKTOP, PHONE, chromium, faults, opened, served
from tests.support.report_site import Site
from tests.support.visual_baselines import FILE, FONTS, LOOKS, PAGES, TOLERANCE, difference, fonts, looks_of

__all__ = ["chromium"]  # a fixture
pytestmark = pytest.mark.extras
KEPT: dict[str, str] = json.loads(FILE.read_text())


@pytest.fixture(scope="module")
def same_fonts(site: Site, chromium: Browser) -> None:
    """Skip where the kept fingerprints cannot hold."""
    if (here := fonts(chromium, site)) != KEPT[FONTS]:
        pytest.skip(f"this machine's fonts ({here}) are not those of the kept looks ({KEPT[FONTS]}): make baselines")


@pytest.mark.usefixtures("same_fonts")
@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_page_looks_as_it_did(name: str, look: str, site: Site, chromium: Browser) -> None:
    apart = difference(KEPT[f"{name} {look}"], looks_of(chromium, site, name, look))
    assert apart <= TOLERANCE, (
        f"{apart:.1f} of 255 apart: look at it, then `make baselines` if that is how it should be"
    )


def test_every_kept_fingerprint_is_of_a_page() -> None:
    assert set(KEPT) - {FONTS} == {f"{name} {look}" for name in PAGES for look in LOOKS}


@pytest.mark.usefixtures("same_fonts")
@pytest.mark.parametrize(("name", "fault"), [
    ("index", "document.querySelector('link[rel=stylesheet]').remove()"),
    ("gpu/a100-80gb", "document.querySelectorAll('.scroll').forEach((box) => (box.hidden = true))"),
    ("history/a100-80gb", "document.querySelectorAll('.chart > svg').forEach((svg) => svg.setAttribute('height', 20))"),
    ("tokens", "document.querySelector('main').style.marginLeft = '300px'"),
])  # fmt: skip
def test_broken_layout_is_noticed(name: str, fault: str, site: Site, chromium: Browser) -> None:
    look = "1280-light"
    assert difference(KEPT[f"{name} {look}"], looks_of(chromium, site, name, look, fault)) > TOLERANCE


@pytest.mark.parametrize("kind", KINDS)
def test_accessible_in_the_other_looks_and_on_paper(kind: str, site: Site, chromium: Browser) -> None:
    """Beside what test_report_browser covers: a dark desktop, a light phone, paper."""
    with (
        served(site.root) as address,
        opened(chromium, f"{address}/{one_of(site, kind)}", color_scheme="dark") as (page, wrong),
    ):
        page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
        assert not faults(page)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        assert not faults(page)
        page.emulate_media(media="print")
        page.set_viewport_size(PAPER)  # type: ignore[arg-type]
        on_paper = [fault for fault in faults(page) if not fault.startswith("target-size")]  # nobody taps on paper
        assert not on_paper and not wrong
