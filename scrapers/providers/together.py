"""Together: GPU clusters on demand and by bands of days, and dedicated inference, each in a separate table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scrapers.model import Fact, Offer, Page, Provider, Request
from scrapers.parsing.html_tables import TableRow, rows
from scrapers.parsing.price_words import page_time_unit
from scrapers.parsing.table_offers import TableLayout, require_offers, row_offers
from scrapers.parsing.text import soup

_CLUSTERS = TableLayout(per="gpu_hour", label=("HARDWARE",))
_INFERENCE = replace(_CLUSTERS, source="dedicated_inference", prefix="Dedicated Inference: ")


def parse(page: Page) -> Iterator[Offer]:
    """Yield prices per GPU-hour. The same GPU costs more in dedicated inference, which is a separate source."""
    tree = soup(page)
    table = list(rows(tree))
    time = page_time_unit(tree.get_text(" "))
    offers = (
        offer
        for layout, is_inference in ((_CLUSTERS, False), (_INFERENCE, True))
        for offer in row_offers(
            page, (row for row in table if _is_inference(row) is is_inference), replace(layout, time=time)
        )
    )
    yield from require_offers(page, offers, "a table under 'Hardware' with '$x'")


def _is_inference(row: TableRow) -> bool:
    """Classify a row by its heading; bands of days belong to clusters, wherever their table stands on the page."""
    is_named = "inference" in row.section.lower() or "endpoint" in row.section.lower()
    return is_named and not any("DAYS" in title for title in row.header)


PROVIDER = Provider(
    slug="together",
    name="Together AI",
    requests=(Request("https://www.together.ai/pricing", "pricing_page", ends_with="</html>"),),
    parse=parse,
    access="HTML page",
    publishes="clusters on demand and reserved by bands of days; dedicated inference; contact sales for some",
    units="per GPU-hour",
    expects=("H100", "H200", "B200"),
    facts=(
        Fact(
            "trap",
            "machines by the hour, clusters by bands of days and endpoints on one page",
            "2026-08-22",
            "recorded page",
        ),
    ),
)
