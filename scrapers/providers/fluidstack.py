"""FluidStack: component prices in 2023, per GPU in 2025; today only "contact sales", which is a fact in itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import Tag

from scrapers.model import LayoutError, NoPublicPrice, Offer, Page, PricingModel, Provider, Request
from scrapers.parsing.html_tables import table_rows
from scrapers.parsing.table_offers import TableLayout, row_offers
from scrapers.parsing.text import count_prefix, number, price, soup, squash, visible_text

_TERM = re.compile(r"(\d+)[\s-]*(month|year)", re.IGNORECASE)
_PER_GPU = re.compile(r"[$€£]\s*\d[\d.,]*\s*/\s*(?:per\s+)?GPU\s*/\s*(?:h|hr|hour)\b", re.IGNORECASE)
_SALES = re.compile(
    r"contact (?:sales|us)|talk to (?:sales|us|an? )|get (?:a quote|in touch)|request (?:a quote|pricing)|book a",
    re.IGNORECASE,
)
_TABLE = TableLayout(per="gpu_hour", memory=("VRAM", "GPU MEMORY", "MEMORY"))
_HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]


def parse(page: Page) -> Iterator[Offer]:
    """Yield the offers of the layouts of 2023 and 2025.

    Raises NoPublicPrice when the page names sales and no amount.
    """
    tree = soup(page)
    for script in tree(["script", "style"]):
        script.decompose()
    offers = list(_components(page, tree))
    offers += list(_cards(page, tree))
    offers += list(row_offers(page, table_rows(tree), _TABLE)) if not offers else []
    if offers:
        yield from offers
        return
    text = squash(tree.get_text(" "))
    sales = _SALES.search(text)
    if sales and not re.search(r"[$€£]\s*\d", text):
        raise NoPublicPrice(page, sales[0])
    raise LayoutError(page, ".pricing-row, '$x / GPU / H', or 'contact sales' without any amount", text[:300])


def _model(context: str) -> tuple[PricingModel, int | None]:
    term = _TERM.search(context)
    if term:
        return "reserved", int(term[1]) * (12 if term[2].lower() == "year" else 1)
    return ("reserved", None) if re.search(r"reserved|commit", context, re.IGNORECASE) else ("on_demand", None)


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
        if "COST" not in title:
            continue
        amount = price(page, text)
        if amount is None:
            continue
        if not re.search(r"/\s*(?:H|HR|HOUR)\b|PER HOUR|HOURLY", title):
            raise LayoutError(page, "a cost per hour in the header", title)
        model, months = _model(title)
        yield Offer(
            source="pricing_page",
            instance=name,
            gpu_label=name,
            gpu_count=number("1"),
            region="global",
            gpu_memory=f"{memory} GB" if memory else "",
            pricing_model=model,
            term_months=months,
            price=amount.amount,
            currency=amount.currency,
            price_unit="gpu_hour",
            price_scope="gpu_component",
            text=f"{name} | {title} | {text}",
        )


def _cards(page: Page, tree: Tag) -> Iterator[Offer]:
    """Read the layout of 2025: a block per GPU, its name in a heading, amounts written "$2.30 / GPU / H"."""
    if not _PER_GPU.search(squash(tree.get_text(" "))):
        return
    smallest = [
        tag
        for tag in tree.find_all(True)
        if _PER_GPU.search(visible_text(tag))
        and not any(_PER_GPU.search(visible_text(inner)) for inner in tag.find_all(True, recursive=False))
    ]
    for tag in smallest:
        card = next((p for p in tag.parents if p.find(_HEADINGS)), None)
        heading = card.find(_HEADINGS) if card else None
        if card is None or heading is None or len(card.find_all(_HEADINGS)) > 1:
            raise LayoutError(page, "one heading naming the GPU beside '$x / GPU / H'", visible_text(tag))
        amount = price(page, visible_text(tag))
        if amount is None:
            continue
        count, label = count_prefix(visible_text(heading))
        context = visible_text(tag) if len(_PER_GPU.findall(visible_text(card))) > 1 else visible_text(card)
        model, months = _model(context.replace(visible_text(heading), ""))
        yield Offer(
            source="pricing_page",
            instance=visible_text(heading),
            gpu_label=label,
            gpu_count=count or number("1"),
            region="global",
            pricing_model=model,
            term_months=months,
            price=amount.amount,
            currency=amount.currency,
            price_unit="gpu_hour",
            text=f"{visible_text(heading)} | {context}",
        )


PROVIDER = Provider(
    slug="fluidstack",
    name="FluidStack",
    requests=(Request("https://www.fluidstack.io/pricing", "pricing_page", browser=True, ends_with="</html>"),),
    parse=parse,
    access="HTML page (presence probe)",
    publishes="nothing since 2025: contact sales",
    units="per GPU-hour (per GPU component in 2023)",
    note="a presence probe: reads prices again when the page names any",
)
