"""Every provider on every capture: the golden rows, the origin of their figures, and the contract of a parser."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, get_args

import pytest

from pipelines.ingest.parse_file import OFFER_COLUMNS, open_page
from scrapers import registry
from scrapers.model import NoPublicPrice, Offer, Page, PriceScope, PriceStatus, PriceUnit, PricingModel
from tests.support.golden import Capture, captures

CAPTURES = list(captures())
PAGES = [c for c in CAPTURES if not c.meta.get("is_index")]
INDEXES = [c for c in CAPTURES if c.meta.get("is_index")]
NUMBER = re.compile(r"\d[\d,]*(?:\s?\.\d+)?")  # as printed: "1,723.67", "2 .0000"


def name(capture: Capture) -> str:
    return f"{capture.slug}/{capture.folder.name}"


def golden(capture: Capture) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(capture.golden.read_text(), parse_float=Decimal, parse_int=Decimal)
    return rows


def page_of(capture: Capture) -> Page:
    return open_page(capture.slug, capture.page, capture.meta["url"], capture.captured_at)


def offers_of(capture: Capture) -> list[Offer]:
    try:
        return list(registry.get(capture.slug).parse(page_of(capture)))
    except NoPublicPrice:
        return []


def test_every_provider_has_a_capture() -> None:
    """Except those not recorded yet, which publish nothing until a person has reviewed a page."""
    unseen = {p.slug for p in registry.all_providers() if p.basis == "unverified"}
    assert {c.slug for c in PAGES} == set(registry.modules()) - unseen


@pytest.mark.parametrize("capture", PAGES, ids=name)
def test_capture_parses_to_its_golden_rows(capture: Capture) -> None:
    expected = json.loads(capture.golden.read_text())
    assert all(tuple(row) == OFFER_COLUMNS for row in expected)
    assert capture.rows() == expected, "right? then `make golden`, and read the diff of offers.json beside the page"


@pytest.mark.parametrize("capture", INDEXES, ids=name)
def test_index_links_to_pages_and_has_no_rows(capture: Capture) -> None:
    follow = registry.get(capture.slug).follow
    assert follow is not None and list(follow(page_of(capture)))
    assert not capture.golden.exists()


# --- every figure of a golden row is on its page, or is computed from figures that are


def printed(capture: Capture) -> set[Decimal]:
    """Return every number of the page."""
    text = capture.page.read_text()
    return {Decimal(re.sub(r"[,\s]", "", hit)) for hit in NUMBER.findall(text)}


def sums(numbers: set[Decimal]) -> Iterator[Decimal]:
    """Yield the prices that Google's catalog splits into whole units and billionths."""
    whole = [n for n in numbers if n == n.to_integral_value() and n < 1000]
    yield from (u + n.scaleb(-9) for u in whole for n in numbers if n == n.to_integral_value() and n < 10**9)


def per_gpu_hour(row: dict[str, Any], fee: Decimal = Decimal(0)) -> Decimal | None:
    """Compute the price of one GPU per hour from a row, USD; None for a component."""
    if row["price_scope"] != "instance":
        return None
    term = Decimal(8760) * (row["term_months"] or 0) / 12
    unit, _, time = row["price_unit"].rpartition("_")
    times = {"hour": Decimal(1), "day": Decimal(24), "month": Decimal(730), "year": Decimal(8760), "total": term}
    hours = times[time] / (row["gpu_count"] if unit == "gpu" else 1)
    total = row["price"] / hours + (fee / term if fee else 0)
    return Decimal(total / row["gpu_count"]).quantize(Decimal("0.000001"), ROUND_HALF_UP)


@pytest.mark.parametrize("capture", PAGES, ids=name)
def test_golden_figures_are_on_the_page(capture: Capture) -> None:
    numbers = printed(capture)
    of_units = set(sums(numbers)) if '"nanos"' in capture.page.read_text() else set()
    if "in cents" in registry.get(capture.slug).units:
        of_units |= {n.scaleb(-2) for n in numbers}
    if "hundred-millionths" in registry.get(capture.slug).units:
        of_units |= {n.scaleb(-8) for n in numbers}
    rates: dict[str, set[Decimal]] = {}
    for row in golden(capture):
        assert row["price"] in numbers | of_units, row
        if row["currency"] is None:
            assert row["usd_per_gpu_hour"] is None, row
            continue
        if row["currency"] != "USD":
            if own := per_gpu_hour(row):
                rates.setdefault(row["currency"], set()).add(
                    (row["usd_per_gpu_hour"] / own).quantize(Decimal("0.0001"))
                )
            continue
        fees = numbers if row["pricing_model"] == "reserved" and row["price_unit"] == "instance_hour" else set()
        rate = row["usd_per_gpu_hour"]
        assert rate == per_gpu_hour(row) or any(rate == per_gpu_hour(row, fee) for fee in fees), row
    assert all(len(rate) == 1 for rate in rates.values()), "one exchange rate per currency and day"


@pytest.mark.parametrize("capture", PAGES, ids=name)
def test_golden_names_are_on_the_page(capture: Capture) -> None:
    page = capture.page.read_text()
    # Attributes count too: RunPod names its clouds nowhere else, and in some answers not by the word.
    text = " ".join(re.sub(r"<([^>]*)>", r" \1 " if capture.slug == "runpod" else " ", page).split()).casefold()
    text += " cloud" if capture.slug == "runpod" else ""
    for row in golden(capture):
        # "8x": the count may be in a tab or in a separate column.
        words = re.sub(r"^(\d+)x\b", r"\1", row["instance"]).split()
        assert all(word.strip("(),:").casefold() in text for word in words), row
        sources, places = f"{text} {capture.meta['url']}", re.split(r"[\s,]+", (row["region"] or "").casefold())
        assert all(place in sources for place in places), row


# --- the contract of every parser


@pytest.mark.parametrize("capture", PAGES, ids=name)
def test_offers_keep_the_contract(capture: Capture) -> None:
    for offer in offers_of(capture):
        assert offer.source and offer.text and len(offer.text) <= 600 and offer.text.isprintable()
        assert offer.pricing_model in get_args(PricingModel) and offer.price_scope in get_args(PriceScope)
        assert re.fullmatch("(?:[A-Z]{3})?", offer.currency)  # empty: not stated
        assert (offer.price is None) == (offer.price_status != "priced") == (offer.price_unit == "")
        assert offer.price_status in get_args(PriceStatus)
        assert offer.price is None or (offer.price_unit in get_args(PriceUnit) and offer.price.is_finite())
        assert offer.price is None or offer.price > 0 or (offer.price == 0 and offer.upfront_price)
        assert offer.instance or offer.gpu_label
        assert offer.gpu_count is None or offer.gpu_count > 0
        assert offer.term_months is None or offer.pricing_model not in ("on_demand", "spot")


@pytest.mark.parametrize("capture", PAGES, ids=name)
def test_parser_is_pure(capture: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a parser opened a connection")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    assert offers_of(capture) == offers_of(capture)


@pytest.mark.parametrize("slug", registry.modules())
def test_provider_describes_itself(slug: str) -> None:
    provider = registry.get(slug)
    assert provider.slug == slug and provider.name and provider.access and provider.publishes and provider.units
    assert provider.requests and all(r.url.startswith("https://") and r.source for r in provider.requests)
    recorded = {c.meta["url"] for c in CAPTURES if c.slug == slug}
    answered = [any(one.url in recorded for one in (r, *r.alternatives)) for r in provider.requests]
    assert provider.basis == "unverified" or all(answered), "each start request needs a recorded answer for the demo"
