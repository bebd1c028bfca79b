"""Turns priced rows into offers: what a provider adds is which column holds what, and what an hour buys."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from scrapers.model import LayoutError, Offer, Page, PriceUnit, clip
from scrapers.parsing.accelerator_labels import names_accelerator
from scrapers.parsing.deduplicate import agreed, same_row
from scrapers.parsing.html_tables import TableRow, rows
from scrapers.parsing.price_words import LOWEST, Column, price_column, quote, stated_time, unit
from scrapers.parsing.text import count_prefix, number, soup

_SIZES = re.compile(r"^\d[\d,.]*\s*[-–—]\s*\d[\d,.]*(?:\s*(?:[KMGT]i?B|v?CPUs?|cores?))?$", re.IGNORECASE)
_EITHER = re.compile(r"^(?P<before>.*?)(?P<a>\S+)\s*/\s*(?P<b>[A-Z]+\d\S*)(?P<after>.*)$")


@dataclass(frozen=True, slots=True)
class Sheet:
    """How a provider's rows are to be read. Column names are tried in order, upper case."""

    source: str = "pricing_page"
    per: PriceUnit = "gpu_hour"  # what an hour buys where the page names no GPU beside the amount
    label: tuple[str, ...] = ("GPU MODEL", "GPU TYPE", "GPU", "MODEL", "ITEM", "HARDWARE", "ACCELERATOR", "NAME")
    instance: tuple[str, ...] = ()  # a column of its own for the SKU
    count: tuple[str, ...] = ()
    memory: tuple[str, ...] = ("VRAM", "GPU MEMORY")
    memory_is_total: bool = False
    region: str = "global"
    time: str = ""  # the unit of time where neither cell nor header names one: read from the page by the caller
    memories: Mapping[str, str] = field(default_factory=dict)  # by label, where another table of the page tells
    prefix: str = ""  # before the instance's name: what is sold, where a page sells the same GPU in several ways


def offers(page: Page, listed: Iterable[TableRow], sheet: Sheet) -> Iterator[Offer]:
    """An offer per amount of every row whose label names an accelerator. Raises LayoutError for unreadable cells."""
    priced = [r for r in listed if r.column(*sheet.label) is not None and names_accelerator(r.get(*sheet.label))]
    # Where a row of one size says "from", too, the column is of bounds.
    bounds = {
        (row.section, row.header, title)
        for row in priced
        if not _has_sizes(row)
        for title, cell in zip(row.header, row.texts, strict=True)
        if LOWEST.search(cell)
    }
    for row in priced:
        yield from _row(page, row, sheet, bounds)


def found(page: Page, offers: Iterable[Offer], looked_for: str) -> Iterator[Offer]:
    """The offers, repeated ones once. Raises LayoutError when there is none: an empty page is a fault, not news."""
    every = list(offers)
    priced = list(agreed((o for o in every if o.price is not None), same_row))
    known = {same_row(o) for o in every if o.price is not None}
    # Where a page prices a thing, a bound or "contact sales" beside it takes nothing back.
    unpriced = agreed((o for o in every if o.price is None and same_row(o) not in known), same_row)
    if not every:
        raise LayoutError(page, looked_for, page.text()[:300])
    yield from (*priced, *unpriced)


def sheet_of(page: Page, sheet: Sheet, looked_for: str = "a row with a GPU and a price") -> Iterator[Offer]:
    """Offers of all the page's tables and grids, read in one way. Raises LayoutError when there is none."""
    tree = soup(page)
    known = replace(sheet, time=sheet.time or stated_time(tree.get_text(" ")))
    yield from found(page, offers(page, rows(tree), known), looked_for)


def _has_sizes(row: TableRow) -> bool:
    """Whether a row is of a range of machines, all with the same GPUs: "16-192" vCPUs."""
    return any(
        _SIZES.match(cell) and not re.search("GPU|VRAM", title)
        for title, cell in zip(row.header, row.texts, strict=True)
    )


def _row(
    page: Page, row: TableRow, sheet: Sheet, bounds: Collection[tuple[str, tuple[str, ...], str]]
) -> Iterator[Offer]:
    label = row.get(*sheet.label)
    count, gpu = count_prefix(label)
    if count is None and sheet.count:
        count = _count(page, row, sheet)
    found = [
        (column, cell)
        for i, (title, cell) in enumerate(zip(row.header, row.texts, strict=True))
        if i != row.column(*sheet.label) and (column := price_column(page, title, row.section)) is not None
    ]
    for column, cell in found:
        is_of_smallest = _has_sizes(row) and (row.section, row.header, column.title) not in bounds
        said = quote(page, cell, column, is_of_smallest)
        if said is None:
            continue
        beside = said.money.unit if said.money else ""
        named = sheet.per if said.money is None else _unit(page, beside, column, row, sheet)
        if named == "month" and sheet.per == "gpu_hour" and count is None:
            count = Decimal(1)  # a month of the one GPU that the row names
        if named == "month" and _is_hourly_too(column, found):
            continue  # the same price once more
        for name in _each(gpu):
            yield Offer(
                source=sheet.source,
                instance=_instance(row, sheet, count, name, column),
                gpu_label=name,
                gpu_count=count,
                gpu_memory=_memory(row, sheet, gpu),
                gpu_memory_is_total=sheet.memory_is_total,
                region=sheet.region,
                pricing_model=column.model,
                term_months=column.term_months,
                price=said.price,
                currency=said.money.currency if said.money else "USD",
                price_unit=named if said.money else "",
                price_status=said.status,
                availability=said.availability,
                effective_from=column.effective_from,
                text=clip(f"{label} | {column.title} | {cell}"),
            )


def _unit(page: Page, beside: str, column: Column, row: TableRow, sheet: Sheet) -> PriceUnit:
    header = f"{column.title} {row.get(*sheet.label)} {' '.join(row.header)}"
    per: PriceUnit = "gpu_hour" if re.search(r"PER GPU|/\s*GPU", header, re.IGNORECASE) else sheet.per
    for said in (beside, column.title, row.section, " ".join(row.header)):
        try:
            return unit(page, said, per)
        except LayoutError:
            if re.search(r"\b(?:day|daily|minutes?|weeks?|weekly|years?|yearly)\b", said.split("(")[0], re.IGNORECASE):
                raise
    return unit(page, beside, per, sheet.time)


def _is_hourly_too(column: Column, found: list[tuple[Column, str]]) -> bool:
    same = (column.model, column.term_months, column.effective_from)
    return any(
        other is not column
        and same == (other.model, other.term_months, other.effective_from)
        and re.search(r"HOUR|HR\b", f"{other.title} {cell}", re.IGNORECASE)
        for other, cell in found
    )


def _count(page: Page, row: TableRow, sheet: Sheet) -> Decimal | None:
    printed = row.get(*sheet.count)
    try:
        return number(printed) if printed else None
    except ValueError as error:
        raise LayoutError(page, f"a number of GPUs in column {sheet.count[0]!r}", row.excerpt()) from error


def _memory(row: TableRow, sheet: Sheet, label: str) -> str:
    printed = row.get(*sheet.memory) or sheet.memories.get(label, "")
    return f"{printed} GB" if re.fullmatch(r"[\d,.]+", printed) else printed


def _instance(row: TableRow, sheet: Sheet, count: Decimal | None, name: str, column: Column) -> str:
    own = row.get(*sheet.instance) if sheet.instance else ""
    band = re.search(r"\d+\s*[-–]\s*\d+\s*DAYS?|\d+\+\s*DAYS?", column.title.upper())
    sold = own or (f"{count}x {name}" if count else name)
    return f"{sheet.prefix}{sold}{f', {band[0].lower()}' if band else ''}"


def _each(label: str) -> list[str]:
    """Labels of a row that prices two cards at once ("RTX A6000/A40")."""
    hit = _EITHER.match(label)
    if hit is None or not names_accelerator(hit["a"]) or not names_accelerator(hit["b"]):
        return [label]
    return [f"{hit['before']}{hit['a']}{hit['after']}", f"{hit['b']}{hit['after']}"]
