"""Hyperstack: tables of on-demand, reserved ("from") and spot prices per GPU; boxes since 2025."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scrapers.model import Offer, Page, Provider, Request
from scrapers.parsing.html_tables import rows
from scrapers.parsing.price_words import page_time_unit
from scrapers.parsing.table_offers import TableLayout, require_offers, row_offers
from scrapers.parsing.text import soup

_LAYOUT = TableLayout(per="gpu_hour", label=("GPU MODEL",))


def parse(page: Page) -> Iterator[Offer]:
    """Yield prices per GPU-hour. Only the first table states memory and unit; the others name the same GPUs."""
    tree = soup(page)
    table = list(rows(tree))
    memories = {row.get(*_LAYOUT.label): row.get("VRAM") for row in table if row.get("VRAM")}
    titles = " ".join(title for row in table for title in row.header)
    layout = replace(_LAYOUT, memories=memories, time=page_time_unit(titles) or page_time_unit(tree.get_text(" ")))
    yield from require_offers(page, row_offers(page, table, layout), "rows under 'GPU Model' with a price")


PROVIDER = Provider(
    slug="hyperstack",
    name="Hyperstack",
    requests=(Request("https://www.hyperstack.cloud/gpu-pricing", "pricing_page", ends_with="</html>"),),
    parse=parse,
    access="HTML page",
    publishes="on-demand, spot, reserved as a floor without a term",
    units="per GPU-hour",
    expects=("H100", "A100", "L40", "RTX A6000"),
)
