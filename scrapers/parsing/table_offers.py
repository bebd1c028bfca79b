"""Turns table rows into offers: a provider adds only which column holds what, and what an hour buys."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from scrapers.model import LayoutError, Offer, Page, PriceUnit, clip
from scrapers.parsing.accelerator_labels import names_accelerator
from scrapers.parsing.deduplicate import row_key, undisputed
from scrapers.parsing.html_tables import TableRow, rows
from scrapers.parsing.price_words import LOWEST, Column, page_time_unit, price_column, quote, unit
from scrapers.parsing.text import count_prefix, number, soup

_SIZES = re.compile(r"^\d[\d,.]*\s*[-–—]\s*\d[\d,.]*(?:\s*(?:[KMGT]i?B|v?CPUs?|cores?))?$", re.IGNORECASE)
_EITHER = re.compile(r"^(?P<before>.*?)(?P<a>\S+)\s*/\s*(?P<b>[A-Z]+\d\S*)(?P<after>.*)$")


@dataclass(frozen=True, slots=True)
class TableLayout:
    """How to read a provider's rows. Column titles are tried in order, upper case."""

    source: str = "pricing_page"
    per: PriceUnit = "gpu_hour"  # what an hour buys unless the page names the GPU beside the amount
    label: tuple[str, ...] = ("GPU MODEL", "GPU TYPE", "GPU", "MODEL", "ITEM", "HARDWARE", "ACCELERATOR", "NAME")
    instance: tuple[str, ...] = ()  # a column of its own for the SKU
    count: tuple[str, ...] = ()
    memory: tuple[str, ...] = ("VRAM", "GPU MEMORY")
    memory_is_total: bool = False
    region: str = "global"
    time: str = ""  # the unit of time where neither cell nor header names one
    memories: Mapping[str, str] = field(default_factory=dict)  # by label, where another table of the page states it
    prefix: str = ""  # of the instance's name, where a page sells the same GPU in several ways


def row_offers(page: Page, table: Iterable[TableRow], layout: TableLayout) -> Iterator[Offer]:
    """Yield an offer per amount of every row whose label names an accelerator.

    Raises LayoutError for cells that cannot be read.
    """
    priced = [r for r in table if r.column(*layout.label) is not None and names_accelerator(r.get(*layout.label))]
    # If a row of a single size says "from" too, the whole column holds bounds.
    bounds = {
        (row.section, row.header, title)
        for row in priced
        if not _has_sizes(row)
        for title, cell in zip(row.header, row.texts, strict=True)
        if LOWEST.search(cell)
    }
    for row in priced:
        yield from _row(page, row, layout, bounds)


def require_offers(page: Page, offers: Iterable[Offer], looked_for: str) -> Iterator[Offer]:
    """Yield the offers, repeated ones once.

    Raises LayoutError when there is none: an empty page is a fault, not news.
    """
    all_offers = list(offers)
    if not all_offers:
        raise LayoutError(page, looked_for, page.text()[:300])
    priced = [o for o in all_offers if o.price is not None]
    priced_keys = {row_key(o) for o in priced}
    # A bound or "contact sales" beside the price of the same product does not withdraw the price.
    unpriced = (o for o in all_offers if o.price is None and row_key(o) not in priced_keys)
    yield from undisputed(priced, row_key)
    yield from undisputed(unpriced, row_key)


def page_offers(page: Page, layout: TableLayout, looked_for: str = "a row with a GPU and a price") -> Iterator[Offer]:
    """Yield the offers of all the page's tables and grids, read by one layout.

    Raises LayoutError when there is none.
    """
    tree = soup(page)
    layout = replace(layout, time=layout.time or page_time_unit(tree.get_text(" ")))
    yield from require_offers(page, row_offers(page, rows(tree), layout), looked_for)


def _has_sizes(row: TableRow) -> bool:
    """Check that a row covers a range of machines with the same GPUs: "16-192" vCPUs."""
    return any(
        _SIZES.match(cell) and not re.search("GPU|VRAM", title)
        for title, cell in zip(row.header, row.texts, strict=True)
    )


def _row(
    page: Page, row: TableRow, layout: TableLayout, bounds: Collection[tuple[str, tuple[str, ...], str]]
) -> Iterator[Offer]:
    label = row.get(*layout.label)
    count, gpu = count_prefix(label)
    if count is None and layout.count:
        count = _count(page, row, layout)
    cells = [
        (column, cell)
        for i, (title, cell) in enumerate(zip(row.header, row.texts, strict=True))
        if i != row.column(*layout.label) and (column := price_column(page, title, row.section)) is not None
    ]
    for column, cell in cells:
        is_of_smallest = _has_sizes(row) and (row.section, row.header, column.title) not in bounds
        price = quote(page, cell, column, is_of_smallest)
        if price is None:
            continue
        money = price.money
        price_unit = layout.per if money is None else _unit(page, money.unit, column, row, layout)
        if price_unit == "month" and layout.per == "gpu_hour" and count is None:
            count = Decimal(1)  # a month of the one GPU that the row names
        if price_unit == "month" and _is_hourly_too(column, cells):
            continue  # the same price again
        for name in _split_label(gpu):
            yield Offer(
                source=layout.source,
                instance=_instance(row, layout, count, name, column),
                gpu_label=name,
                gpu_count=count,
                gpu_memory=_memory(row, layout, gpu),
                gpu_memory_is_total=layout.memory_is_total,
                region=layout.region,
                pricing_model=column.model,
                term_months=column.term_months,
                price=price.price,
                currency=money.currency if money else "USD",
                price_unit=price_unit if money else "",
                price_status=price.status,
                availability=price.availability,
                effective_from=column.effective_from,
                effective_until=column.effective_until,
                text=clip(f"{label} | {column.title} | {cell}"),
            )


def _unit(page: Page, beside: str, column: Column, row: TableRow, layout: TableLayout) -> PriceUnit:
    header = f"{column.title} {row.get(*layout.label)} {' '.join(row.header)}"
    per: PriceUnit = "gpu_hour" if re.search(r"PER GPU|/\s*GPU", header, re.IGNORECASE) else layout.per
    for text in (beside, column.title, row.section, " ".join(row.header)):
        try:
            return unit(page, text, per)
        except LayoutError:
            if re.search(r"\b(?:day|daily|minutes?|weeks?|weekly|years?|yearly)\b", text.split("(")[0], re.IGNORECASE):
                raise
    return unit(page, beside, per, layout.time)


def _is_hourly_too(column: Column, cells: list[tuple[Column, str]]) -> bool:
    same = (column.model, column.term_months, column.effective_from, column.effective_until)
    return any(
        other is not column
        and same == (other.model, other.term_months, other.effective_from, other.effective_until)
        and re.search(r"HOUR|HR\b", f"{other.title} {cell}", re.IGNORECASE)
        for other, cell in cells
    )


def _count(page: Page, row: TableRow, layout: TableLayout) -> Decimal | None:
    text = row.get(*layout.count)
    try:
        return number(text) if text else None
    except ValueError as error:
        raise LayoutError(page, f"a number of GPUs in column {layout.count[0]!r}", row.excerpt()) from error


def _memory(row: TableRow, layout: TableLayout, label: str) -> str:
    text = row.get(*layout.memory) or layout.memories.get(label, "")
    return f"{text} GB" if re.fullmatch(r"[\d,.]+", text) else text


def _instance(row: TableRow, layout: TableLayout, count: Decimal | None, name: str, column: Column) -> str:
    sku = row.get(*layout.instance) if layout.instance else ""
    band = re.search(r"\d+\s*[-–]\s*\d+\s*DAYS?|\d+\+\s*DAYS?", column.title.upper())
    instance = sku or (f"{count}x {name}" if count else name)
    return f"{layout.prefix}{instance}{f', {band[0].lower()}' if band else ''}"


def _split_label(label: str) -> list[str]:
    """Split the label of a row that prices two cards at once ("RTX A6000/A40")."""
    hit = _EITHER.match(label)
    if hit is None or not names_accelerator(hit["a"]) or not names_accelerator(hit["b"]):
        return [label]
    return [f"{hit['before']}{hit['a']}{hit['after']}", f"{hit['b']}{hit['after']}"]
