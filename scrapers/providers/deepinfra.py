"""DeepInfra: one small table of dedicated GPUs amid many tables of prices per token."""

from __future__ import annotations

from collections.abc import Iterator

from scrapers.model import Offer, Page, Provider, Request
from scrapers.parsing.table_offers import TableLayout, page_offers


def parse(page: Page) -> Iterator[Offer]:
    """Yield prices per GPU-hour of dedicated GPUs for one's own model, billed by the minute."""
    yield from page_offers(page, TableLayout(per="instance_hour", label=("GPU",), memory=("MEMORY", "VRAM")))


PROVIDER = Provider(
    slug="deepinfra",
    name="DeepInfra",
    requests=(Request("https://deepinfra.com/pricing", "pricing_page", ends_with="</html>"),),
    parse=parse,
    access="HTML page",
    publishes="on-demand dedicated GPUs; clusters by contact",
    units="per GPU-hour",
    expects=("A100", "H100", "H200", "B200"),
)
