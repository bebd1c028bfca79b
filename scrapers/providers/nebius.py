"""Nebius: boxes of GPU prices on its page, or the same tables as data; rises are announced beside today's prices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

from bs4 import Tag

from scrapers.model import Offer, Page, Provider, Request
from scrapers.parsing.embedded_json import objects_with, stream
from scrapers.parsing.html_tables import TableRow, rows
from scrapers.parsing.price_words import page_time_unit
from scrapers.parsing.table_offers import TableLayout, require_offers, row_offers
from scrapers.parsing.text import soup, squash

_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")  # Markdown


def parse(page: Page) -> Iterator[Offer]:
    """Yield prices per GPU-hour where the header says so, else per instance-hour of "8 × H100 SXM" (2024).

    "from" beside a range of CPUs is the price of the smallest machine. An announced price carries its start date.
    """
    tree = soup(page)
    tables = (block for value in stream(page) for block in objects_with(value, "title", "table"))
    table = chain(rows(tree), (row for block in tables for row in _rows(block)))
    time = page_time_unit(tree.get_text(" "))
    layout = TableLayout(per="instance_hour", label=("GPU", "ITEM"), memory_is_total=True, time=time)
    yield from require_offers(
        page, row_offers(page, table, layout), "a table whose header has 'GPU-hour' or 'On demand'"
    )


def _rows(block: dict[str, Any]) -> Iterator[TableRow]:
    """Yield the rows of one table as data: a list of lists of Markdown, the header first."""
    content = block["table"].get("content") if isinstance(block["table"], dict) else None
    if not isinstance(content, list) or not all(isinstance(row, list) for row in content):
        return
    texts = [tuple(squash(_LINK.sub(r"\1", str(cell))) for cell in row) for row in content]
    header = tuple(title.upper() for title in texts[0]) if texts else ()
    yield from (
        TableRow(row, header, str(block["title"]), Tag(name="tr")) for row in texts[1:] if len(row) == len(header)
    )


PROVIDER = Provider(
    slug="nebius",
    name="Nebius",
    requests=(Request("https://nebius.com/prices", "pricing_page", ends_with="</html>"),),
    parse=parse,
    access="HTML page",
    publishes="on-demand, preemptible; announced rises; reserved as a floor in 2024",
    units="per GPU-hour (per instance-hour in 2024)",
    expects=("H100", "H200", "B200"),
)
