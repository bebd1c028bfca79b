"""Reads Google's pricing pages: visible tables collected by their header text, and the inline list of all regions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

from scrapers.model import LayoutError, Offer, Page, PriceUnit, PricingModel, clip
from scrapers.parsing.html_tables import table_rows
from scrapers.parsing.text import soup, squash
from scrapers.providers.gcp import blob
from scrapers.providers.gcp.cells import REGION, amounts, column, count, status
from scrapers.providers.gcp.price_rows import PriceRow

HOURS_PER_MONTH = 730
TOLERANCE = Decimal("0.01")
Key = tuple[str, str, PricingModel, int | None]


@dataclass
class StatedPrice:
    """All amounts the page states for one product, region and pricing model: usually one, printed once or twice."""

    row: PriceRow
    cell: str
    hours: set[Decimal] = field(default_factory=set)
    months: set[Decimal] = field(default_factory=set)

    def agrees(self) -> bool:
        """Check that there is one amount per unit, and that the monthly one is 730 hourly ones within 1 %."""
        if len(self.hours) > 1 or len(self.months) > 1:
            return False
        pairs = ((h, m) for h in self.hours for m in self.months)
        return all(abs(h * HOURS_PER_MONTH - m) <= TOLERANCE * m for h, m in pairs)


def offers(page: Page) -> Iterator[Offer]:
    """Yield the offers of a pricing page. Raises LayoutError without a table of machines, GPU models or TPU chips."""
    html = soup(page)
    visible = list(_visible_rows(html))
    inline = blob.price_rows(page, html, visible)
    # The inline list holds every region; the table that shows one of them without naming it adds nothing.
    stated_inline = {row.name for row in inline}
    rows = inline + [row for row in visible if row.region or row.name not in stated_inline]
    if not rows:
        raise LayoutError(page, "a table with machine types, GPU models or TPU chips beside prices", html.get_text(" "))
    source = page.source or "pricing_page"
    collected = _collect(rows)
    if not any(stated.hours or stated.months for stated in collected.values()):
        raise LayoutError(page, "amounts like '$2.00 / 1 hour'", " | ".join(rows[0].cells.values()))
    for (_, _, model, term), stated in collected.items():
        yield _offer(source, model, term, stated)


def _visible_rows(html: BeautifulSoup) -> Iterator[PriceRow]:
    regions: dict[int, str] = {}
    for table_row in table_rows(html):
        table = table_row.tag.find_parent("table")
        if table is None or not table_row.header:
            continue  # without a header the columns are unknown
        if id(table) not in regions:
            regions[id(table)] = _region(table)
        row = PriceRow.of(regions[id(table)], dict(zip(table_row.header, table_row.texts, strict=True)))
        if row is not None:
            yield row


def _region(table: Tag) -> str:
    """Return the one region named between the table before and this one; empty when none or several are."""
    regions: set[str] = set()
    for node in table.previous_elements:
        if isinstance(node, Tag) and node.name == "table":
            break
        if isinstance(node, NavigableString) and (hit := REGION.fullmatch(squash(node))):
            regions.add(hit["code"])
    return regions.pop() if len(regions) == 1 else ""


def _collect(rows: list[PriceRow]) -> dict[Key, StatedPrice]:
    collected: dict[Key, StatedPrice] = {}
    for row in rows:
        for header, cell in row.cells.items():
            kind = column(header)
            if kind is None:
                continue
            price = collected.setdefault((row.region, row.name, *kind), StatedPrice(row, cell))
            read = amounts(cell)
            price.hours |= {read["hour"]} if "hour" in read else set()
            price.months |= {read["month"]} if "month" in read else set()
            price.cell = cell if "hour" in read else price.cell
    return collected


def _offer(source: str, model: PricingModel, term: int | None, stated: StatedPrice) -> Offer:
    row, amount = stated.row, next(iter(stated.hours or stated.months), None)
    if amount is not None and (not amount or not stated.agrees()):
        amount = None
    sold_by_gpu = row.kind != "machine"
    hourly: PriceUnit = "gpu_hour" if sold_by_gpu else "instance_hour"
    return Offer(
        source=source,
        pricing_model=model,
        price=amount,
        price_unit="" if amount is None else hourly if stated.hours else "month",
        price_status="priced" if amount is not None else status(stated.cell),
        price_scope="gpu_component" if row.kind == "gpu" else "instance",
        instance="" if row.kind == "gpu" else row.name,
        gpu_label=_label(row),
        gpu_count=None if sold_by_gpu else _gpus(row),
        gpu_memory=row.get("GPU MEMORY") if row.kind == "gpu" else "",
        region=row.region,
        term_months=term,
        text=clip(f"{row.name} | {row.get('COMPONENTS')} | {stated.cell}"),
    )


def _label(row: PriceRow) -> str:
    if row.kind == "gpu":
        return row.name
    if row.kind == "tpu":
        return row.name if row.name.upper().startswith("TPU") else f"TPU {row.name}"
    return row.get("GPU")


def _gpus(row: PriceRow) -> Decimal | None:
    stated = re.search(r"GPUs?:\s*([\d/]+)", row.get("COMPONENTS"))
    return count(stated[1]) if stated else count(row.get("GPUS"))
