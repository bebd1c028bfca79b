"""fal: serverless GPUs at a list price per hour; the column "As low as" is a bound, not a price."""

from __future__ import annotations

from collections.abc import Iterator

from scrapers.model import Offer, Page, Provider, Request
from scrapers.parsing.table_offers import TableLayout, page_offers


def parse(page: Page) -> Iterator[Offer]:
    """Yield the list prices of the table of GPUs."""
    yield from page_offers(page, TableLayout(per="gpu_hour", label=("GPU",)))


PROVIDER = Provider(
    slug="fal",
    name="fal",
    requests=(Request("https://fal.ai/pricing", "pricing_page", ends_with="</html>"),),
    parse=parse,
    access="HTML page",
    publishes="on-demand list prices of serverless GPUs",
    units="per GPU-hour",
    expects=("H100", "H200", "B200"),
)
