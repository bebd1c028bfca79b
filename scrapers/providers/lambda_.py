"""Lambda: one price table, per instance in 2023, per GPU since 2024, in tabs by GPU count since 2026."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from scrapers.model import LayoutError, Offer, Page, PricingModel, Provider, Request
from scrapers.text import Row, count_prefix, heading_before, money, rows, soup, words

_TERM = re.compile(r"(\d+)[\s-]*(year|month)s?\b", re.IGNORECASE)
_PLAN = re.compile(r"^(on-demand|reserved)\b\s*", re.IGNORECASE)
_MEMORY = re.compile(r"^\d+ GB$")
_CONTACT = re.compile(r"contact sales|talk to", re.IGNORECASE)


def parse(page: Page) -> Iterator[Offer]:
    """Offers of the pricing tables; each layout says in a header or beside the amount whether it is per GPU."""
    found = [offer for row in rows(soup(page)) for offer in _read(page, row)]
    if not found:
        raise LayoutError(page, "a table row with an NVIDIA label and a price", page.text()[:300])
    yield from found


def _read(page: Page, row: Row) -> Iterator[Offer]:
    prices = [i for i, text in enumerate(row.texts) if _is_price(row, i, text)]
    if not prices or not (label := _label(row)):
        return
    plan = _PLAN.match(label)
    count, gpu = count_prefix(_PLAN.sub("", label))
    tab = _tab(row)
    if count is None:
        count = count_prefix(f"{tab} x")[0] if tab else None
    for i in prices:
        amount = money(row.texts[i])
        header = row.header[i] if row.header else ""
        about = " ".join((plan[0] if plan else "", header, row.get("TERM") or "", tab, row.texts[0]))
        model, months = _commitment(about, heading_before(row.tag))
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
            price_unit=_unit(page, amount.unit, header) if amount else "",
            price_status="priced" if amount else "contact_sales",
            text=f"{label} | {header or 'price'} | {row.texts[i]}",
        )


def _is_price(row: Row, index: int, text: str) -> bool:
    """A cell under a price header, or, where the header was cut off, one that holds an amount."""
    if row.header and "PRICE" not in row.header[index]:
        return False
    return money(text) is not None or bool(_CONTACT.search(text))


def _label(row: Row) -> str:
    named = row.get("INSTANCE TYPE", "GPUS") or next((t for t in row.texts if "NVIDIA" in t.upper()), "")
    return re.sub(r"\s+New$", "", named)


def _tab(row: Row) -> str:
    """The tab under which the row's table shows ("8x"), or ""."""
    panel = row.tag.find_parent(attrs={"role": "tabpanel"})
    by = str(panel.get("aria-labelledby", "")) if panel else ""
    root = list(row.tag.parents)[-1]
    button = root.find(id=by) if by else None
    return words(button) if button else ""


def _memory(row: Row) -> str:
    printed = row.get("VRAM", "GPU MEMORY")
    return printed if printed is not None else next((t for t in row.texts if _MEMORY.match(t)), "")


def _commitment(about: str, heading: str) -> tuple[PricingModel, int | None]:
    term = _TERM.search(about)
    if term:
        return "reserved", int(term[1]) * (12 if term[2].lower() == "year" else 1)
    if "on-demand" in about.lower():
        return "on_demand", None
    committed = re.search(r"reserved|cluster", f"{about} {heading}", re.IGNORECASE)
    return ("reserved" if committed else "on_demand"), None


def _unit(page: Page, beside: str, header: str) -> Literal["gpu_hour", "instance_hour"]:
    """Per GPU when the amount or its header says so ("/ GPU / hr", "/H100/hour"), per instance for a bare "/ hr"."""
    flat = re.sub(r"\s", "", beside).upper().rstrip("*")
    if re.fullmatch(r"/[A-Z]*\d*[A-Z]*/(HR|HOUR)", flat) or (not flat and "/GPU/HR" in re.sub(r"\s", "", header)):
        return "gpu_hour"
    if flat in ("/HR", "/HOUR") and "/GPU" not in header:
        return "instance_hour"
    raise LayoutError(page, "the price's unit (/ GPU / hr or / hr)", f"{header} | {beside}")


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
)
