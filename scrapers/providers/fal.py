"""fal: serverless GPUs at a list price per hour; the column "As low as" is a bound and no price."""

from __future__ import annotations

from collections.abc import Iterator

from scrapers.model import Offer, Page, Provider, Request
from scrapers.parsing.table_offers import Sheet, sheet_of


def parse(page: Page) -> Iterator[Offer]:
    """List prices of the table of GPUs."""
    yield from sheet_of(page, Sheet(per="gpu_hour", label=("GPU",)))


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
