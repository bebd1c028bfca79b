"""Together: GPU clusters on demand and by bands of days, and dedicated inference, each in a table of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scrapers.model import Offer, Page, Provider, Request
from scrapers.parsing.html_tables import TableRow, rows
from scrapers.parsing.price_words import stated_time
from scrapers.parsing.table_offers import Sheet, found, offers
from scrapers.parsing.text import soup

_CLUSTERS = Sheet(per="gpu_hour", label=("HARDWARE",))
_INFERENCE = replace(_CLUSTERS, source="dedicated_inference", prefix="Dedicated Inference: ")


def parse(page: Page) -> Iterator[Offer]:
    """Prices per GPU-hour. The same GPU costs more in dedicated inference, which is a source of its own."""
    tree = soup(page)
    listed = list(rows(tree))
    time = stated_time(tree.get_text(" "))
    found_offers = (
        offer
        for sheet, wanted in ((_CLUSTERS, False), (_INFERENCE, True))
        for offer in offers(page, (r for r in listed if _is_inference(r) is wanted), replace(sheet, time=time))
    )
    yield from found(page, found_offers, "a table under 'Hardware' with '$x'")


def _is_inference(row: TableRow) -> bool:
    """By the heading; bands of days are of clusters, wherever on the page their table has come to stand."""
    is_said = "inference" in row.section.lower() or "endpoint" in row.section.lower()
    return is_said and not any("DAYS" in title for title in row.header)


PROVIDER = Provider(
    slug="together",
    name="Together AI",
    requests=(Request("https://www.together.ai/pricing", "pricing_page", ends_with="</html>"),),
    parse=parse,
    access="HTML page",
    publishes="clusters on demand and reserved by bands of days; dedicated inference; contact sales for some",
    units="per GPU-hour",
    expects=("H100", "H200", "B200"),
)
