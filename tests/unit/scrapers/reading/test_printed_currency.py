"""A layout takes "$" for US dollars: where a page prints other dollars, no price of it is in USD."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from scrapers import registry
from scrapers.model import LayoutError, NoPublicPrice, Offer, Page
from scrapers.reading.printed_currency import in_other_currency
from scrapers.reading.provider_page import read_provider_page
from tests.support.reference_data import SHARED
from tests.support.worlds import CAPTURES, at, offer

PAGES = sorted(path for path in CAPTURES.glob("[!_]*/*/page.html"))
_SIGN = re.compile(r"(?<![A-Za-z$])(?:US)?\$(?=(?:\s|&nbsp;|<[^>]*>)*\d)")


def page_of(slug: str, text: str, url: str = "https://x.example/pricing") -> Page:
    return Page(slug, url, at("2026-09-21"), content=text.encode())


def read(slug: str, text: str, url: str) -> tuple[Offer, ...]:
    try:
        return read_provider_page(registry.get(slug), page_of(slug, text, url)).offers
    except (LayoutError, NoPublicPrice):
        return ()


@pytest.mark.parametrize("sign", ["A$", "CA$", "S$", "HK$", "NZ$"])
@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parts[-3]}/{path.parts[-2]}")
def test_page_in_other_dollars_has_no_price_in_usd(path: Path, sign: str) -> None:
    text = path.read_text()
    changed = _SIGN.sub(sign, text)
    offers = read(path.parts[-3], changed, json.loads((path.parent / "meta.json").read_text())["url"])
    if changed != text:
        assert not [o for o in offers if o.price and o.currency == "USD" and o.text.count("$")], offers[:3]


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("<p>A$2.49 per hour</p>", "box: 2.49 AUD"),
        ("<p>2.49 CAD per hour</p>", "box: 2.49 CAD"),
        ("<p>€2.49 per hour</p>", "box: 2.49 EUR"),
        ("<html lang='en-AU'><p>$2.49 per hour</p></html>", "box: 2.49 AUD"),
        ("<p>All prices are in Canadian dollars.</p><p>$2.49 per hour</p>", "box: 2.49 CAD"),
        ("<p>US$2.49 (A$3.79) per hour</p>", ""),
        ("<p>$2.49 per hour; A$3.79 in Australia</p>", ""),
        ("<p>$2.49 per hour</p><script>var other = 'A$2.49'</script>", ""),
        ("<p>A$9.99 for storage</p>", ""),
        ('{"price": 2.49, "shown": "A$2.49"}', ""),  # data state it where the layout looks
    ],
)
def test_amount_that_is_printed_in_another_currency_is_named(text: str, other: str) -> None:
    assert in_other_currency(page_of("acme", text), [offer("2.49", instance="box", text="")]) == other


def test_text_of_an_offer_counts_wherever_it_was_read() -> None:
    page = page_of("acme", '{"plans": []}')
    assert in_other_currency(page, [offer("2.49", text="H100 | A$2.49")]) == "H100 | A$2.49"
    assert not in_other_currency(page, [offer("2.49", text="H100 | $2.49 (A$3.79)")])
    assert not in_other_currency(page, [offer("2.49", text="H100 | A$2.49", currency="AUD")])


@pytest.mark.parametrize(("name", "currency"), [("A", "AUD"), ("CA", "CAD")])
def test_digitalocean_in_other_dollars(name: str, currency: str) -> None:
    path = SHARED / "cases" / "pages" / f"digitalocean_{name}_2026-09-21.html"
    if not path.exists():
        pytest.skip("needs ../shared (absent in a user's clone)")
    offers = read("digitalocean", path.read_text(), "https://www.digitalocean.com/pricing/gpu-droplets")
    assert {o.currency for o in offers} == {currency} and len(offers) == 4
