"""Yotta Labs: a table with on-demand and spot prices of a GPU, of which the spot ones lack their currency sign."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from scrapers.model import Fact, Offer, Page, Provider, Request
from scrapers.parsing.html_tables import TableRow, table_rows
from scrapers.parsing.table_offers import TableLayout, require_offers, row_offers
from scrapers.parsing.text import soup

_TABLE = TableLayout(per="gpu_hour")
_BARE = re.compile(r"^\d+(?:\.\d+)?\s*/\s*(?:h|hr|hour)$", re.IGNORECASE)


def parse(page: Page) -> Iterator[Offer]:
    """Yield the rows of the tables; a bare "0.95/hr" is in the currency of the amount beside it."""
    rows = (_signed(row) for row in table_rows(soup(page)))
    yield from require_offers(page, row_offers(page, rows, _TABLE), "a table with 'GPU model' and 'On-demand'")


def _signed(row: TableRow) -> TableRow:
    is_in_dollars = any(re.match(r"\$\s*\d", cell) for cell in row.texts)
    return replace(row, texts=tuple(f"${cell}" if is_in_dollars and _BARE.match(cell) else cell for cell in row.texts))


PROVIDER = Provider(
    slug="yottalabs",
    name="Yotta Labs",
    requests=(Request("https://www.yottalabs.ai/pricing", "pricing_page", ends_with="</html>"),),
    parse=parse,
    access="HTML page",
    publishes="on-demand, spot",
    units="per GPU-hour",
    expects=("H100", "RTX 4090"),
    facts=(Fact("trap", "spot prices are printed without a currency sign", "2026-06-14", "recorded page"),),
)
