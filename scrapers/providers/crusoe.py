"""Crusoe: a price table per GPU until 2025, with reserved terms; boxes with on-demand and spot since."""

from __future__ import annotations

from collections.abc import Iterator

from scrapers.model import Fact, Offer, Page, Provider, Request
from scrapers.parsing.table_offers import TableLayout, page_offers


def parse(page: Page) -> Iterator[Offer]:
    """Yield prices per GPU-hour by model, memory and form factor, which the first column prints together."""
    yield from page_offers(page, TableLayout(per="gpu_hour"))


PROVIDER = Provider(
    slug="crusoe",
    name="Crusoe",
    requests=(Request("https://www.crusoe.ai/cloud/pricing", "pricing_page", ends_with="</html>"),),
    parse=parse,
    access="HTML page",
    publishes="on-demand, spot; reserved 6 months to 3 years until 2025; contact sales for the newest",
    units="per GPU-hour",
    hosts=("crusoe.ai",),
    note="the API with a key names types and free capacity, but no prices",
    expects=("H100", "H200", "A100", "L40S"),
    facts=(Fact("trap", "machines and model endpoints stand on one page", "2026-10", "recorded page"),),
)
