"""FluidStack: component prices in 2023, per GPU in 2025; today only "contact sales", which is a fact of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import Tag

from scrapers.model import LayoutError, NoPublicPrice, Offer, Page, PricingModel, Provider, Request
from scrapers.parsing.text import count_prefix, number, price, soup, squash, words

_TERM = re.compile(r"(\d+)[\s-]*(month|year)", re.IGNORECASE)
_PER_GPU = re.compile(r"[$€£]\s*\d[\d.,]*\s*/\s*(?:per\s+)?GPU\s*/\s*(?:h|hr|hour)\b", re.IGNORECASE)
_SALES = re.compile(
    r"contact (?:sales|us)|talk to (?:sales|us|an? )|get (?:a quote|in touch)|request (?:a quote|pricing)|book a",
    re.IGNORECASE,
)
_HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]


def parse(page: Page) -> Iterator[Offer]:
    """Offers of the layouts of 2023 and 2025. Raises NoPublicPrice when the page names sales and no amount."""
    tree = soup(page)
    for script in tree(["script", "style"]):
        script.decompose()
    found = list(_components(page, tree))
    found += list(_cards(page, tree))
    if found:
        yield from found
        return
    text = squash(tree.get_text(" "))
    says = _SALES.search(text)
    if says and not re.search(r"[$€£]\s*\d", text):
        raise NoPublicPrice(page, says[0])
    raise LayoutError(page, ".pricing-row, '$x / GPU / H', or 'contact sales' without any amount", text[:300])


def _model(words_beside: str) -> tuple[PricingModel, int | None]:
    term = _TERM.search(words_beside)
    if term:
        return "reserved", int(term[1]) * (12 if term[2].lower() == "year" else 1)
    return ("reserved", None) if re.search(r"reserved|commit", words_beside, re.IGNORECASE) else ("on_demand", None)


def _components(page: Page, tree: Tag) -> Iterator[Offer]:
    """The layout of 2023: headlines, then rows; headlines that follow a row head another table."""
    header: list[str] = []
    is_heading = False
    for tag in tree.select(".pricing__top-headline, .pricing-row"):
        was_heading, is_heading = is_heading, "pricing__top-headline" in (tag.get("class") or ())
        if is_heading:
            header = [*(header if was_heading else []), words(tag).upper()]
        else:
            yield from _component_row(page, tag, header)


def _component_row(page: Page, row: Tag, header: list[str]) -> Iterator[Offer]:
    """GPU, VRAM, prices of vCPU and RAM in the headers, GPU price on demand and by term."""
    cells = [words(c) for c in row.find_all(class_="pricing__col", recursive=False)]
    if not header or len(cells) != len(header):  # the header row itself, or a row cut off mid-way
        return
    named = dict(zip(header, cells, strict=True))
    name, memory = (next((c for h, c in named.items() if w in h), "") for w in ("MODEL", "VRAM"))
    name = name or cells[0]
    for title, text in named.items():
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
    """The layout of 2025: a block per GPU, its name in a heading, amounts written "$2.30 / GPU / H"."""
    if not _PER_GPU.search(squash(tree.get_text(" "))):
        return
    smallest = [
        tag
        for tag in tree.find_all(True)
        if _PER_GPU.search(words(tag))
        and not any(_PER_GPU.search(words(inner)) for inner in tag.find_all(True, recursive=False))
    ]
    for tag in smallest:
        card = next((p for p in tag.parents if p.find(_HEADINGS)), None)
        heading = card.find(_HEADINGS) if card else None
        if card is None or heading is None or len(card.find_all(_HEADINGS)) > 1:
            raise LayoutError(page, "one heading naming the GPU beside '$x / GPU / H'", words(tag))
        amount = price(page, words(tag))
        if amount is None:
            continue
        count, label = count_prefix(words(heading))
        beside = words(tag) if len(_PER_GPU.findall(words(card))) > 1 else words(card)
        model, months = _model(beside.replace(words(heading), ""))
        yield Offer(
            source="pricing_page",
            instance=words(heading),
            gpu_label=label,
            gpu_count=count or number("1"),
            region="global",
            pricing_model=model,
            term_months=months,
            price=amount.amount,
            currency=amount.currency,
            price_unit="gpu_hour",
            text=f"{words(heading)} | {beside}",
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
