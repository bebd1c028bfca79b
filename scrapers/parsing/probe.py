"""Makes a provider of a page that nobody has recorded yet: it fetches, archives and tells what it saw."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrapers.model import LayoutError, NoPublicPrice, Offer, Page, Provider, Request
from scrapers.parsing.table_offers import Sheet, sheet_of
from scrapers.parsing.text import amounts, soup, squash

_SALES = re.compile(
    r"contact (?:sales|us)|talk to (?:sales|us|an? )|request (?:a quote|pricing|access)|book a", re.IGNORECASE
)


def parse(page: Page) -> Iterator[Offer]:
    """Rows of tables and boxes whose header names a GPU and a price, with the unit that the page states.

    Raises NoPublicPrice when the page names sales and no amount, and LayoutError, telling how many amounts there are,
    when nothing reads like a row.
    """
    try:
        yield from sheet_of(page, Sheet(per="instance_hour"))
    except LayoutError:
        text = squash(soup(page).get_text(" "))
        says = _SALES.search(text)
        if says and not amounts(text):
            raise NoPublicPrice(page, says[0]) from None
        raise LayoutError(
            page, "rows of a table with a GPU and a price", f"{amounts(text)} amounts, none in a row"
        ) from None


def probe(slug: str, name: str, url: str, publishes: str, units: str, **more: object) -> Provider:
    """A provider whose price page is known and its layout is not."""
    return Provider(
        slug=slug,
        name=name,
        requests=(Request(url, "pricing_page", ends_with="</html>"),),
        parse=parse,
        access="HTML page (presence probe)",
        publishes=publishes,
        units=units,
        basis="unverified",
        **more,  # type: ignore[arg-type]
    )
