"""CoreWeave: instance prices by region since 2024, prices of the bare GPU component before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from bs4 import Tag

from scrapers.model import LayoutError, Offer, Page, PriceScope, PriceStatus, PriceUnit, PricingModel, Provider, Request
from scrapers.parsing.price_words import price_column, unit
from scrapers.parsing.text import heading_before, number, price, soup, squash, visible_text

_CONTACT = re.compile(r"contact|reserve now", re.IGNORECASE)


def parse(page: Page) -> Iterator[Offer]:
    """Yield the offers of whichever of the two known layouts the page has."""
    tree = soup(page)
    grids = [name.parent for name in tree.select(".table-v2-cell--name:has(h3)") if name.parent]
    offers = [offer for grid in grids for offer in _instance_row(page, grid)]
    offers += [offer for row in tree.select(".table-body-row") for offer in _component_row(page, row)]
    if not offers:
        raise LayoutError(page, "rows .table-v2-cell--name or .table-body-row with a price", page.text()[:300])
    yield from offers


class _Column(NamedTuple):
    """A price column: pricing model and unit of its amounts, as the header states them."""

    model: PricingModel
    unit: PriceUnit
    scope: PriceScope


def _column(page: Page, header: str) -> _Column | None:
    """Interpret the header of a price column; None for other columns. LayoutError for a time unit we do not know."""
    column = price_column(page, header) if "PRICE" in header or "COST" in header else None
    if column is None:
        return None
    is_component = "COMPONENT" in header  # the GPU alone: CPU and RAM cost extra
    price_unit = unit(page, header, "gpu_hour" if is_component else "instance_hour")
    model: PricingModel = "inference" if "INFERENCE" in header else column.model
    return _Column(model, price_unit, "gpu_component" if is_component else "instance")


def _instance_row(page: Page, grid: Tag) -> Iterator[Offer]:
    """Read a row whose cells stand in header order; blank ones count. A row cut by the page's end yields nothing."""
    table = grid.find_parent(class_="table-v2")
    header = [visible_text(h).upper() for h in table.select(".table-v2-header .table-v2-cell")] if table else []
    if table is None or not header:
        raise LayoutError(page, ".table-v2-header .table-v2-cell above the rows", visible_text(grid)[:200])
    cells = [visible_text(c) for c in grid.find_all(class_="table-v2-cell", recursive=False)]
    if len(cells) != len(header) or not any("GPU COUNT" in h or "GPU MODEL" in h for h in header):  # the table of CPUs
        return
    name = cells[_index(page, header, "MODEL")]
    memory = cells[_index(page, header, "VRAM")]
    heading = heading_before(table)
    region = re.sub(r"^REGION:\s*", "", heading, flags=re.IGNORECASE)
    for title, text in zip(header, cells, strict=True):
        column = _column(page, title)
        if column is None or not text:
            continue
        amount = price(page, text)
        yield Offer(
            source="pricing_page",
            instance=name,
            gpu_label=name,
            gpu_count=_count(page, header, cells, column),
            gpu_memory=f"{memory} GB" if memory else "",
            region=region if region != heading else "global",  # without a region's heading the price applies everywhere
            pricing_model=column.model,
            price=amount.amount if amount else None,
            currency=amount.currency if amount else "USD",
            price_unit=column.unit if amount else "",
            price_scope=column.scope,
            price_status="priced" if amount else _status(text),
            text=f"{name} | {title} | {text}",
        )


def _count(page: Page, header: list[str], cells: list[str], column: _Column) -> Decimal:
    """Return the number of GPUs that the price covers: one for inference and for a bare component."""
    if column.model == "inference" or column.scope == "gpu_component":
        return number("1")
    return number(cells[_index(page, header, "GPU COUNT")].split("^")[0])


def _status(text: str) -> PriceStatus:
    """Interpret a cell without a price."""
    if _CONTACT.search(text):
        return "contact_sales"
    return "no_price_stated" if re.search(r"\d", text) else "not_offered"


def _index(page: Page, header: list[str], word: str) -> int:
    for i, title in enumerate(header):
        if word in title:
            return i
    raise LayoutError(page, f"a column {word!r}", " | ".join(header))


def _component_row(page: Page, row: Tag) -> Iterator[Offer]:
    """Read a row of 2023: model, VRAM, most vCPUs, most RAM, price of the GPU alone (CPU and RAM cost extra)."""
    cells = [visible_text(c) for c in row.find_all(class_="w-col", recursive=False)]
    priced = [c for c in cells if price(page, c)]
    if len(cells) < 3 or len(priced) != 1:
        return
    title = row.find_previous(string=re.compile(r"GPU\s+Component"))
    header = visible_text(title.parent).upper() if title and title.parent else ""
    column = _column(page, header) if header else None
    if column is None:
        raise LayoutError(page, "the header 'GPU Component Cost Per Hour'", squash(row.text)[:200])
    amount = price(page, priced[0])
    assert amount is not None
    yield Offer(
        source="pricing_page",
        instance=cells[0],
        gpu_label=cells[0],
        gpu_count=number("1"),
        gpu_memory=f"{cells[1]} GB" if cells[1].isdigit() else "",
        region="global",
        pricing_model="on_demand",
        price=amount.amount,
        currency=amount.currency,
        price_unit=column.unit,
        price_scope=column.scope,
        text=f"{cells[0]} | {header} | {priced[0]}",
    )


PROVIDER = Provider(
    slug="coreweave",
    name="CoreWeave",
    requests=(
        Request(
            "https://www.coreweave.com/pricing",
            "pricing_page",
            browser=True,
            wait_for=".table-v2-cell--name",
            ends_with="</html>",
        ),
    ),
    parse=parse,
    access="HTML page",
    publishes="on-demand, spot, inference; contact sales for some",
    units="per instance-hour (per GPU component until 2023)",
    expects=("H100", "H200", "A100"),
)
