"""CoreWeave: instance prices by region since 2024, prices of the bare GPU component before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bs4 import Tag

from scrapers.model import LayoutError, Offer, Page, PriceScope, PriceUnit, PricingModel, Provider, Request
from scrapers.text import heading_before, money, number, soup, squash, words

_CONTACT = re.compile(r"contact|reserve now", re.IGNORECASE)


def parse(page: Page) -> Iterator[Offer]:
    """Offers of whichever of the two known layouts the page has."""
    tree = soup(page)
    grids = [name.parent for name in tree.select(".table-v2-cell--name:has(h3)") if name.parent]
    found = [offer for grid in grids for offer in _instance_row(page, grid)]
    found += [offer for row in tree.select(".table-body-row") for offer in _component_row(page, row)]
    if not found:
        raise LayoutError(page, "rows .table-v2-cell--name or .table-body-row with a price", page.text()[:300])
    yield from found


@dataclass(frozen=True, slots=True)
class _Column:
    """A price column: what its header says the amount is."""

    model: PricingModel
    unit: PriceUnit


def _column(header: str) -> _Column | None:
    if "PRICE" not in header:
        return None
    if "INFERENCE" in header:
        return _Column("inference", "gpu_hour" if "GPU" in header else "instance_hour")
    unit: PriceUnit = "gpu_hour" if re.search(r"/\s*GPU|PER GPU", header) else "instance_hour"
    return _Column("spot" if "SPOT" in header else "on_demand", unit)


def _instance_row(page: Page, grid: Tag) -> Iterator[Offer]:
    """Cells stand in header order; blank ones count. A row that the page's end cut short yields nothing."""
    table = grid.find_parent(class_="table-v2")
    header = [words(h).upper() for h in table.select(".table-v2-header .table-v2-cell")] if table else []
    if table is None or not header:
        raise LayoutError(page, ".table-v2-header .table-v2-cell above the rows", words(grid)[:200])
    cells = [words(c) for c in grid.find_all(class_="table-v2-cell", recursive=False)]
    if len(cells) != len(header) or not any("GPU" in title for title in header):  # the CPU instances' table
        return
    named = dict(zip(header, cells, strict=True))
    count = number(cells[_index(page, header, "GPU COUNT")].split("^")[0])
    memory = cells[_index(page, header, "VRAM")]
    heading = heading_before(table)
    region = re.sub(r"^REGION:\s*", "", heading, flags=re.IGNORECASE)
    for title, text in named.items():
        column = _column(title)
        if column is None or not text:
            continue
        amount = money(text)
        yield Offer(
            source="pricing_page",
            instance=cells[0],
            gpu_label=cells[0],
            # The inference price is that of a single GPU.
            gpu_count=number("1") if column.model == "inference" else count,
            gpu_memory=f"{memory} GB" if memory else "",
            region=region if region != heading else "global",  # without a region's heading the price is everywhere's
            pricing_model=column.model,
            price=amount.amount if amount else None,
            currency=amount.currency if amount else "USD",
            price_unit=column.unit if amount else "",
            price_status="priced" if amount else "contact_sales" if _CONTACT.search(text) else "not_offered",
            text=f"{cells[0]} | {title} | {text}",
        )


def _index(page: Page, header: list[str], word: str) -> int:
    for i, title in enumerate(header):
        if word in title:
            return i
    raise LayoutError(page, f"a column {word!r}", " | ".join(header))


def _component_row(page: Page, row: Tag) -> Iterator[Offer]:
    """The layout of 2023: model, VRAM, most vCPUs, most RAM, price of the GPU alone (CPU and RAM cost extra)."""
    cells = [words(c) for c in row.find_all(class_="w-col", recursive=False)]
    priced = [c for c in cells if money(c)]
    if len(cells) < 3 or len(priced) != 1:
        return
    header = row.find_previous(string=re.compile("GPU Component"))
    if header is None:
        raise LayoutError(page, "the header 'GPU Component Cost Per Hour'", squash(row.text)[:200])
    amount = money(priced[0])
    assert amount is not None
    scope: PriceScope = "gpu_component"
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
        price_unit="gpu_hour",
        price_scope=scope,
        text=f"{cells[0]} | GPU Component Cost Per Hour | {priced[0]}",
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
)
