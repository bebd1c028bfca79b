"""Lambda: one price table, per instance in 2023, per GPU since 2024, in tabs by GPU count since 2026."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Literal

from scrapers.model import Fact, LayoutError, Offer, Page, PriceStatus, PricingModel, Provider, Request, clip
from scrapers.parsing.html_tables import TableRow, table_rows
from scrapers.parsing.text import count_prefix, heading_before, number, price, soup, visible_text

_DURATION = re.compile(r"(\d+)[\s-]*(year|month|week)s?\b", re.IGNORECASE)
_OPEN = re.compile(r"\d\s*[-–—]\s*\d|(?:years?|months?|weeks?)\s*[-–—+]|\d\+", re.IGNORECASE)  # "1-3 months", "1 year+"
_PLAN = re.compile(r"^(on-demand|reserved)\b\s*", re.IGNORECASE)
_MEMORY = re.compile(r"^\d+ GB$")
_CONTACT = re.compile(r"contact sales|talk to", re.IGNORECASE)
_PER_GPU = re.compile(r"(?:/|PER)(?:GPU|[A-Z]+\d+[A-Z]*)[-/]?(?:PER)?(?:HR|HOUR)")
_PER_HOUR = re.compile(r"(?:/|PER)?(?:HR|HOUR)(?:LY)?")


def parse(page: Page) -> Iterator[Offer]:
    """Yield the offers of the pricing tables; a header or the text beside the amount says whether it is per GPU."""
    offers = [offer for row in table_rows(soup(page)) for offer in _read(page, row)]
    if not offers:
        raise LayoutError(page, "a table row with an NVIDIA label and a price", page.text()[:300])
    yield from offers


def _read(page: Page, row: TableRow) -> Iterator[Offer]:
    prices = [i for i, text in enumerate(row.texts) if _is_price(page, row, i, text)]
    if not prices or not (label := _label(row)):
        return
    tab = _tab(row)
    count, gpu = _count(row, _PLAN.sub("", label), tab)
    for i in prices:
        amount = price(page, row.texts[i])
        header = row.header[i] if row.header else ""
        model, months = _commitment([row.get("TERM", "DURATION"), header, tab, label, row.texts[0]], row)
        yield Offer(
            source="pricing_page",
            instance=f"{f'{count}x ' if count else ''}{gpu}",
            gpu_label=(row.get("GPU") or gpu) if row.column("INSTANCE TYPE") is not None else gpu,
            gpu_count=count,
            gpu_memory=_memory(row),
            region="global",
            pricing_model=model,
            term_months=months,
            price=amount.amount if amount else None,
            currency=amount.currency if amount else "USD",
            price_unit=_unit(page, amount.unit, header, row) if amount else "",
            price_status="priced" if amount else _status(row.texts[i]),
            text=clip(f"{label} | {header or 'price'} | {row.texts[i]}"),
        )


def _status(text: str) -> PriceStatus:
    """Interpret a price cell without a price."""
    return "contact_sales" if _CONTACT.search(text) else "no_price_stated"


def _is_price(page: Page, row: TableRow, index: int, text: str) -> bool:
    """Check for a cell under a price header, or, where the header was cut off, one that holds an amount."""
    if row.header and "PRICE" not in row.header[index]:
        return False
    return "$" in text or price(page, text) is not None or bool(_CONTACT.search(text))


def _label(row: TableRow) -> str:
    columns = zip(row.header, row.texts, strict=False)
    # A column "GPUs" may also hold their number ("16-2048").
    labels = [text for head, text in columns if head in ("INSTANCE TYPE", "GPUS") and re.search(r"[A-Za-z]{2}", text)]
    text = next((t for t in [*labels, *row.texts] if t in labels or "NVIDIA" in t.upper()), "")
    return re.sub(r"\s+New$", "", text)


def _count(row: TableRow, label: str, tab: str) -> tuple[Decimal | None, str]:
    """Return the row's GPU count and the rest of its label.

    Sources are "8x NVIDIA H100", the tab "8x", and a column with "256+" or "16-2048".
    """
    count, gpu = count_prefix(label)
    if count is None and tab:
        count = count_prefix(f"{tab} x")[0]
    # Of "256+" and "16-2048" the smallest, for which the price is quoted.
    column = re.fullmatch(r"([\d,]+)(?:\+|\s*[-–—]\s*[\d,]+)?", row.get("GPU COUNT", "# OF GPUS", "GPUS"))
    return (number(column[1]) if count is None and column else count), gpu


def _tab(row: TableRow) -> str:
    """Return the tab under which the row's table shows ("8x"), or ""."""
    panel = row.tag.find_parent(attrs={"role": "tabpanel"})
    by = str(panel.get("aria-labelledby", "")) if panel else ""
    root = list(row.tag.parents)[-1]
    button = root.find(id=by) if by else None
    return visible_text(button) if button else ""


def _memory(row: TableRow) -> str:
    if row.column("VRAM", "GPU MEMORY") is not None:
        return row.get("VRAM", "GPU MEMORY")
    return next((text for text in row.texts if _MEMORY.match(text)), "")


def _commitment(texts: list[str], row: TableRow) -> tuple[PricingModel, int | None]:
    """Interpret a printed duration as a commitment, in months where it is one duration and not a span."""
    duration = next((text for text in texts if _DURATION.search(text)), "")
    if duration:
        hits = _DURATION.findall(duration)
        months = int(hits[0][0]) * {"year": 12, "month": 1, "week": 0}[hits[0][1].lower()]
        return "reserved", (months or None) if len(hits) == 1 and not _OPEN.search(duration) else None
    if any(text.lower().startswith("on-demand") for text in texts[-2:]):  # the row itself says so
        return "on_demand", None
    section = row.tag.find_previous(["h1", "h2"])
    headings = f"{heading_before(row.tag)} {visible_text(section) if section else ''}"
    committed = re.search(r"reserved|cluster", f"{' '.join(texts)} {headings}", re.IGNORECASE)
    return ("reserved" if committed else "on_demand"), None


def _unit(page: Page, beside: str, header: str, row: TableRow) -> Literal["gpu_hour", "instance_hour"]:
    """Return gpu_hour when the amount or header says so ("/ GPU / hr", "/H100/hour"), instance_hour for "/ hr"."""
    flat = re.sub(r"\s", "", beside).upper().rstrip("*")
    head = re.sub(r"\s", "", header).upper()
    if _PER_GPU.fullmatch(flat) or (not flat and _PER_GPU.search(head)):
        return "gpu_hour"
    if flat and _PER_HOUR.fullmatch(flat) and "GPU" not in head:
        return "instance_hour"
    if not flat and _PER_HOUR.search(head) and _is_same_at_any_size(page, row):
        return "gpu_hour"
    raise LayoutError(page, "the price's unit (/ GPU / hr or / hr)", f"{header} | {beside}")


def _is_same_at_any_size(page: Page, row: TableRow) -> bool:
    """Check that more of the same GPU cost no more per hour in the table: then the price is that of one GPU."""
    sizes: list[tuple[Decimal, Decimal]] = []
    for other in table_rows(row.tag.find_parent("table") or row.tag):
        count, amount = _count(other, _label(other), ""), price(page, other.get("PRICE"))
        if _label(other) == _label(row) and count[0] and amount:
            sizes.append((count[0], amount.amount))
    prices = [amount for _, amount in sorted(sizes)]
    return len({count for count, _ in sizes}) > 1 and prices == sorted(prices, reverse=True)


PROVIDER = Provider(
    slug="lambda",
    name="Lambda",
    requests=(
        Request("https://lambda.ai/pricing", "pricing_page", browser=True, wait_for="table", ends_with="</html>"),
    ),
    parse=parse,
    access="HTML page",
    publishes="on-demand by GPU count, clusters by term",
    units="per GPU-hour (per instance-hour until 2023)",
    hosts=("lambdalabs.com",),
    expects=("H100", "A100"),
    facts=(
        Fact(
            "trap",
            "the price of a GPU depends on the size of the machine: never an average of the tabs",
            "2026-09-20",
            "recorded page",
        ),
    ),
)
