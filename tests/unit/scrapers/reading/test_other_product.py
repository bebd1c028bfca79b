"""A layout that reads every table takes no endpoint for a machine, and loses no machine beside one."""

from __future__ import annotations

import pytest

from scrapers import registry
from scrapers.model import LayoutError, Page
from scrapers.reading import layout_account
from scrapers.reading.other_product import of_endpoints
from scrapers.reading.provider_page import read_provider_page
from scrapers.reading.reader import read_page
from tests.support.reference_data import SHARED
from tests.support.worlds import at, offer

MACHINES = """<h2>{machines}</h2><table><tr><th>GPU</th><th>VRAM</th><th>On-demand</th></tr>
<tr><td>NVIDIA H100</td><td>80 GB</td><td>$3.10 / GPU-hour</td></tr>
<tr><td>NVIDIA A100</td><td>80 GB</td><td>$1.90 / GPU-hour</td></tr></table>"""
ENDPOINTS = """<h2>{endpoints}</h2><table><tr><th>GPU</th><th>VRAM</th><th>Price per hour</th></tr>
<tr><td>NVIDIA H100</td><td>80 GB</td><td>$5.40</td></tr><tr><td>NVIDIA {other}</td><td>141 GB</td><td>$8.20</td></tr></table>"""


def page_of(slug: str, text: str) -> Page:
    return Page(
        slug, "https://x.example/pricing", at("2026-09-21"), content=f"<html><body>{text}</body></html>".encode()
    )


def machines(slug: str, text: str) -> set[tuple[str, str]]:
    try:
        offers = read_provider_page(registry.get(slug), page_of(slug, text)).offers
    except LayoutError:
        return set()
    return {
        (o.gpu_label.removeprefix("NVIDIA "), str(o.price)) for o in offers
        if o.price and o.pricing_model == "on_demand" and o.product not in ("endpoint", "serverless")
    }  # fmt: skip


@pytest.mark.parametrize(
    "slug", ["nebius", "jarvislabs", "denvr", "crusoe", "deepinfra", "fal", "fluidstack", "lambda"]
)
@pytest.mark.parametrize("words", [("GPU machines", "Hosted model endpoints"), ("Virtual machines", "Serverless"),
                                   ("GPU instances", "Managed inference")])  # fmt: skip
@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("other", ["H200", "A100"])
def test_machines_alone_have_machine_prices(slug: str, words: tuple[str, str], is_first: bool, other: str) -> None:
    tables = [MACHINES.format(machines=words[0]), ENDPOINTS.format(endpoints=words[1], other=other)]
    text = "".join(tables if is_first else reversed(tables))
    assert machines(slug, text) == {("H100", "3.10"), ("A100", "1.90")}


def test_page_of_machines_alone_is_left_to_its_layout() -> None:
    page = page_of(
        "nebius", MACHINES.format(machines="GPU machines") + "<p>Deploy an inference endpoint in a minute.</p>"
    )
    reading = read_provider_page(registry.get("nebius"), page)
    assert reading.read_by == "layout" and len(reading.offers) == 2


def test_layout_that_tells_them_apart_is_believed() -> None:
    page = page_of("acme", ENDPOINTS.format(endpoints="Inference endpoints", other="H200"))
    both = [offer("5.40", gpu_label="NVIDIA H100", product="endpoint"), offer("8.20", gpu_label="NVIDIA H200")]
    general = read_page(page).offers
    assert not of_endpoints(page, both, general)
    assert of_endpoints(page, both[1:], general).startswith("nvidia h200: 8.2")


def test_fault_of_the_general_reader_costs_no_price_of_a_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError("a fault of ours")

    monkeypatch.setattr(layout_account, "read_page", broken)
    text = MACHINES.format(machines="GPU machines") + ENDPOINTS.format(endpoints="Inference endpoints", other="L4")
    reading = read_provider_page(registry.get("nebius"), page_of("nebius", text))
    assert reading.read_by == "layout" and reading.offers and not reading.account.is_whole


@pytest.mark.parametrize("slug", sorted(registry.modules()))
def test_case_of_two_products(slug: str) -> None:
    path = SHARED / "cases" / "pages" / "two_products_box.html"
    if not path.exists():
        pytest.skip("needs ../shared (absent in a user's clone)")
    assert machines(slug, path.read_text()) in ({("H100", "3.00"), ("A100", "2.00")}, set())
