"""FluidStack: component prices in 2023, per GPU in 2025; today only "contact sales", which is a fact in itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import Tag

from scrapers.model import Hints, LayoutError, Offer, Page, Provider, Request
from scrapers.parsing.price_words import price_column
from scrapers.parsing.text import number, price, soup, visible_text
from scrapers.reading.by_meaning import ByMeaning


def parse(page: Page) -> Iterator[Offer]:
    """Yield the bare GPUs of the layout of 2023; every later page is read by meaning.

    Raises NoPublicPrice when the page names sales and no amount.
    """
    offers = list(_components(page, soup(page)))
    yield from offers or ByMeaning(PROVIDER.hints)(page)


def _components(page: Page, tree: Tag) -> Iterator[Offer]:
    """Read the layout of 2023: headlines, then rows; headlines after a row begin another table."""
    header: list[str] = []
    is_heading = False
    for tag in tree.select(".pricing__top-headline, .pricing-row"):
        was_heading, is_heading = is_heading, "pricing__top-headline" in (tag.get("class") or ())
        if is_heading:
            header = [*(header if was_heading else []), visible_text(tag).upper()]
        else:
            yield from _component_row(page, tag, header)


def _component_row(page: Page, row: Tag, header: list[str]) -> Iterator[Offer]:
    """Read a row: GPU, VRAM, GPU price on demand and by term; the headers state prices of vCPU and RAM."""
    cells = [visible_text(c) for c in row.find_all(class_="pricing__col", recursive=False)]
    if not header or len(cells) != len(header):  # the header row itself, or a row cut off mid-way
        return
    by_title = dict(zip(header, cells, strict=True))
    name, memory = (next((c for h, c in by_title.items() if w in h), "") for w in ("MODEL", "VRAM"))
    name = name or cells[0]
    for title, text in by_title.items():
        column, amount = (price_column(page, title), price(page, text)) if "COST" in title else (None, None)
        if column is None or amount is None:
            continue
        if not re.search(r"/\s*(?:H|HR|HOUR)\b|PER HOUR|HOURLY", title):
            raise LayoutError(page, "a cost per hour in the header", title)
        yield Offer(
            source="pricing_page",
            instance=name,
            gpu_label=name,
            gpu_count=number("1"),
            region="global",
            gpu_memory=f"{memory} GB" if memory else "",
            pricing_model=column.model,
            term_months=column.term_months,
            price=amount.amount,
            currency=amount.currency,
            price_unit="gpu_hour",
            price_scope="gpu_component",
            text=f"{name} | {title} | {text}",
        )


PROVIDER = Provider(
    slug="fluidstack",
    name="FluidStack",
    requests=(Request("https://www.fluidstack.io/pricing", "pricing_page", browser=True, ends_with="</html>"),),
    parse=parse,
    hints=Hints(region="global"),
    access="HTML page (presence probe)",
    publishes="nothing since 2025: contact sales",
    units="per GPU-hour (per GPU component in 2023)",
    note="a presence probe: reads prices again when the page names any",
)
