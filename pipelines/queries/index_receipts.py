"""Works out from receipts which prices an index could count on a day, in other code than the build's."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from decimal import Decimal
from typing import Any

from pipelines.queries.filters import MAX_AGE
from pipelines.queries.price_formula import agrees, formula
from warehouse.storage.connection import Connection

BASKET_DAYS = 60


@dataclass(frozen=True, slots=True)
class Quote:
    """A receipt, whose vote it is part of, and the price in USD per GPU-hour that its text, unit and rate give."""

    provider: str
    usd: Decimal
    receipt: Mapping[str, Any]  # a row of v1.price_intervals

    @property
    def order(self) -> tuple[int, Decimal, str]:
        """The first of a provider's quotes in this order is its vote."""
        return self.receipt["rank"], self.usd, self.receipt["series_id"]


class Receipts:
    """The quotes that an index could count on the days from `first` to `last`."""

    def __init__(self, con: Connection, index_id: str, first: date, last: date) -> None:
        cursor = con.execute(
            "select s.provider as constituent, p.* from v1.price_intervals as p "
            "join v1.index_series as s using (series_id) where s.index_id = $index "
            "and p.valid_from <= $last and coalesce(p.valid_to > $first, true) "
            "and p.last_seen_on >= $first - $age::integer and p.usd_per_gpu_hour > 0",
            {"index": index_id, "first": first, "last": last, "age": MAX_AGE},
        )
        names, rows = [column[0] for column in cursor.description or []], cursor.fetchall()
        month, year = con.execute("select hours_per_month(), hours_per_year()").fetchall()[0]
        self._quotes = [_quote(dict(zip(names, row, strict=True)), month, year) for row in rows]
        self._reads: dict[tuple[str, str], list[date]] = defaultdict(list)
        for provider, feed, seen_on in con.execute(
            "select provider, source, seen_on from v1.source_health where status in ('ok', 'partial') and seen_on <= ? "
            "order by seen_on",
            [last],
        ).fetchall():
            self._reads[provider, feed].append(seen_on)

    def in_force(self, day: date) -> list[Quote]:
        """Return the quotes in force on a day."""
        return [quote for quote in self._quotes if self._counts(quote.receipt, day)]

    def basket(self, day: date) -> set[str]:
        """Return the providers with a quote in force on the day or on one of the days before that still count."""
        days = [day - timedelta(days=n) for n in range(BASKET_DAYS + 1)]
        providers: set[str] = set()
        for quote in self._quotes:
            if quote.provider not in providers and any(self._counts(quote.receipt, d) for d in days):
                providers.add(quote.provider)
        return providers

    def _counts(self, receipt: Mapping[str, Any], day: date) -> bool:
        if receipt["valid_from"] > day or (receipt["valid_to"] and receipt["valid_to"] <= day):
            return False
        reads = self._reads[receipt["provider"], receipt["feed"]]
        read = reads[: bisect_right(reads, day)][-1:]
        observed = receipt["observed_at"].astimezone(UTC).date()
        seen = min(receipt["last_seen_on"], max(*read, observed) if read else observed, day)
        return bool((day - seen).days <= MAX_AGE)


def _quote(receipt: dict[str, Any], month: int, year: int) -> Quote:
    """Return the receipt with its price; the published one where the formula gives that up to its last digit."""
    derived, stated = formula(receipt, month, year), receipt["usd_per_gpu_hour"]
    usd = stated if agrees(derived, stated) else derived.result
    return Quote(receipt["constituent"], usd or Decimal(0), receipt)


def votes(quotes: Sequence[Quote]) -> dict[str, Quote]:
    """Return each provider's lowest quote of its best-ranked source."""
    chosen: dict[str, Quote] = {}
    for quote in sorted(quotes, key=lambda q: q.order, reverse=True):
        chosen[quote.provider] = quote
    return chosen
