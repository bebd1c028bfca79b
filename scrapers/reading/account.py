"""The account of a page: every amount on it, emitted as an offer, explained, or unexplained."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from scrapers.model import LayoutError, NoPublicPrice, Offer, Page, clip

_SALES: Final = re.compile(
    r"contact (?:sales|us)|talk to (?:sales|us|an? )|request (?:a quote|pricing|access)|book a", re.IGNORECASE
)
Verdict = Literal["emitted", "explained", "unexplained"]


class Entry(NamedTuple):
    """An amount: its words, where it stands, and what became of it."""

    text: str
    path: str
    verdict: Verdict
    reason: str
    value: Decimal | None = None


@dataclass(slots=True)
class Account:
    """The result of reading a page: its offers, and an entry for each amount."""

    offers: list[Offer] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)  # why the page is not whole, beyond unexplained amounts

    @property
    def unexplained(self) -> list[Entry]:
        """Return the amounts that nobody could explain."""
        return [entry for entry in self.entries if entry.verdict == "unexplained"]

    @property
    def is_whole(self) -> bool:
        """Return whether nothing of the page was lost, as far as the reader can tell."""
        return not self.unexplained and not self.faults

    def as_dict(self) -> dict[str, object]:
        """Return the account for people and programs: {amounts, verdict}."""
        return {
            "amounts": [
                {"text": e.text, "path": e.path, "verdict": e.verdict, "reason": e.reason} for e in self.entries
            ],
            "verdict": "whole" if self.is_whole else "partial",
        }

    def reasons(self) -> Iterator[str]:
        """Yield why the page is partial, one line each."""
        yield from self.faults
        for entry in self.unexplained:
            yield f"{clip(entry.text, 80)!r} at {entry.path}: {entry.reason}"


def nothing_read(page: Page, account: Account) -> LayoutError | NoPublicPrice:
    """Return the error of a page without offers: that it names sales and no amount, or what was looked for."""
    text = page.text()
    sales = _SALES.search(re.sub(r"<[^>]{0,2000}>", " ", text))
    if sales and not account.entries:
        return NoPublicPrice(page, sales[0])
    n_unexplained = len(account.unexplained)
    return LayoutError(
        page,
        "an accelerator with a price, its currency and its unit",
        f"{len(account.entries)} amounts, {n_unexplained} of them near an accelerator's name",
    )
