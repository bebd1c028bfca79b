"""Civo: one table per GPU, with an hourly and a monthly price in each cell and a commitment of four lengths."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import Tag

from scrapers.model import Hints, Offer, Page, Provider, Request, clip
from scrapers.parsing.accelerator_labels import names_accelerator
from scrapers.parsing.html_tables import TableRow, rows
from scrapers.parsing.price_words import Column, months, price_column, quote, unit
from scrapers.parsing.table_offers import require_offers
from scrapers.parsing.text import count_prefix, soup, visible_text

_SIZE = re.compile(r"\d+\s*[x×]\s+\S.*", re.IGNORECASE)
_AMOUNT = re.compile(r"[$€£]\s*\d")


def parse(page: Page) -> Iterator[Offer]:
    """Yield on-demand and committed prices per instance-hour; the monthly ones beside them repeat them."""
    offers = (offer for row in rows(soup(page)) for offer in _row(page, row))
    yield from require_offers(page, offers, "a row '1 x NVIDIA ...' with a price per hour")


def _row(page: Page, row: TableRow) -> Iterator[Offer]:
    size = _SIZE.search(row.get("SIZE", "INSTANCE", "NAME"))
    if size is None or not names_accelerator(size[0]):
        return
    count, label = count_prefix(size[0])
    cells = row.tag.find_all(["td", "th"], recursive=False)
    for title, cell in zip(row.header, cells, strict=True):
        column = price_column(page, title)
        if column is None:
            continue
        for amount in _amounts(cell):
            price = quote(page, visible_text(amount), column)
            if price is None or price.money is None or unit(page, price.money.unit, "instance_hour") == "month":
                continue
            term = _term(amount, cell, column)
            yield Offer(
                source="pricing_page",
                instance=size[0],
                gpu_label=label,
                gpu_count=count,
                region="global",
                pricing_model=column.model,
                term_months=term,
                price=price.price,
                currency=price.money.currency,
                price_unit="instance_hour",
                text=clip(f"{size[0]} | {title} | {f'{term} months | ' if term else ''}{price.money.text}"),
            )


def _amounts(cell: Tag) -> Iterator[Tag]:
    """Yield the smallest elements that hold an amount."""
    for tag in [cell, *cell.find_all(True)]:
        if _AMOUNT.search(visible_text(tag)) and not any(_AMOUNT.search(visible_text(t)) for t in tag.find_all(True)):
            yield tag


def _term(amount: Tag, cell: Tag, column: Column) -> int | None:
    """Return the term of the box ("12_months") that holds the amount, one of a commitment's four."""
    if column.model != "reserved":
        return None
    boxes = [tag for tag in amount.parents if tag is not cell and cell in tag.parents]
    terms = (months(str(tag.get("id", "")).replace("_", " ")) for tag in boxes)
    return next((term for term in terms if term), column.term_months)


PROVIDER = Provider(
    slug="civo",
    name="Civo",
    requests=(Request("https://www.civo.com/pricing", "pricing_page", ends_with="</html>"),),
    parse=parse,
    access="HTML page",
    publishes="on-demand, commitments of 6 to 36 months",
    units="per instance-hour",
    expects=("L40S",),
    hints=Hints(rows_left_out=((r"GPU pricing$", "a row without a GPU, under the heading of the page"),)),
)
