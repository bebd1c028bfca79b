"""Groups drafts that belong together: of one table or card, of one record."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Final

from scrapers.reading.meaning.drafts import Draft

HOURS_IN: Final = {  # as providers count them
    "second": (Decimal(1) / 3600,),
    "minute": (Decimal(1) / 60,),
    "day": (Decimal(24),),
    "week": (Decimal(168),),
    "month": tuple(map(Decimal, ("720", "730", "730.5", "744"))),
    "year": tuple(map(Decimal, (8640, 8760, 8766))),
}


def by_table_or_card(drafts: list[Draft]) -> list[list[Draft]]:
    groups: dict[object, list[Draft]] = defaultdict(list)
    for d in drafts:
        groups[d.record.group if d.record.kind == "row" else ("card", id(d.record))].append(d)
    return list(groups.values())


def together(d: Draft) -> tuple[object, ...]:
    """Return the key of prices of one thing: those of a record; of data, those of one name in a document."""
    return (d.record.group, d.label, d.count, d.region) if d.record.kind == "object" else (id(d.record), d.key)
