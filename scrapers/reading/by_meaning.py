"""The parser of providers whose pages need no layout of their own: they are read by meaning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scrapers.model import Hints, Offer, Page


@dataclass(frozen=True, slots=True)
class ByMeaning:
    """A parser for `Provider.parse`. The reader is imported on use, so that listing the providers stays instant."""

    hints: Hints = Hints()  # noqa: RUF009 -- frozen

    def __call__(self, page: Page) -> Iterator[Offer]:
        """Yield the offers of a page. Raises LayoutError when there is none, NoPublicPrice when the page says so."""
        from scrapers.reading.account import nothing_read
        from scrapers.reading.reader import read_page

        account = read_page(page, self.hints)
        if not account.offers:
            raise nothing_read(page, account)
        yield from account.offers
