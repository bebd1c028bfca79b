"""Drafts of offers, and amounts that are no price of an accelerator, before the page as a whole is looked at."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Final

from scrapers.model import Availability, PriceStatus, PricingModel
from scrapers.reading import words
from scrapers.reading.amounts import Amount
from scrapers.reading.field_kinds import kind_of
from scrapers.reading.records import Field, Record
from scrapers.reading.units import Rate


@dataclass(slots=True, eq=False)
class Draft:
    """An amount read as a price, before the page as a whole has been looked at."""

    record: Record
    cell: Field
    amount: Amount
    label: str
    key: str  # the bare model
    count: Decimal | None
    rate: Rate
    model: PricingModel
    term: int | None
    currency: str  # ISO code, or "" where unknown
    is_floor: bool = False
    memory: str = ""
    memory_is_total: bool = False
    instance: str = ""
    region: str = ""
    availability: Availability = "unknown"
    starts: date | None = None
    product: str = ""
    band: str = ""
    title: str = ""
    is_per_machine: bool = False  # its words say so
    tax: str = ""  # "net" or "gross", where its words say so
    fallback: str = ""  # the page's unit of time, where a title with a duration makes it doubtful
    status: PriceStatus = "priced"  # else there is no amount
    reasons: dict[str, str] = field(default_factory=dict)  # what was read from where
    facts: dict[str, str] = field(default_factory=dict)  # vcpus, ram, disk, network as printed

    def at(self, record: Record, cell: Field, amount: Amount, instance: str) -> Draft:
        """Return the same reading of another record's amount."""
        other = Draft(record, cell, amount, *_OTHERS(self))
        other.instance, other.reasons, other.facts = instance, dict(self.reasons), dict(self.facts)
        return other

    def describes_machine(self) -> bool:
        """Return whether the record states vCPUs or memory of a machine, and not per GPU."""
        return any(kind_of(f) in ("vcpu", "ram") and not words.PER_GPU.search(f.title) for f in self.record.fields)

    def is_titled(self) -> bool:
        """Return whether words right beside the amount say which price it is."""
        return self.reasons.get("model", "the heading") not in ("the heading", "above")

    def label_key(self) -> str:
        """Return the label without its number of GPUs: cards of one label differ only by how many there are."""
        return _without_count(self.label)

    def identity(self) -> tuple[object, ...]:
        """Return what makes the offer this one and no other."""
        gpus = (self.key, _words_of(self.label), self.count, self.memory)
        terms = (
            self.model,
            self.term,
            self.band,
            self.currency,
            self.rate.time,
        )
        return (*gpus, *terms, self.instance, self.region, self.product, self.starts)


_OTHERS: Final = attrgetter(*[f.name for f in fields(Draft)][3:])


@dataclass(slots=True, eq=False)
class Explained:
    """An amount that is no price of an accelerator, and why."""

    cell: Field
    amount: Amount
    reason: str


@lru_cache(maxsize=4096)
def _without_count(label: str) -> str:
    return _COUNT.sub(" ", label).strip().upper()


_COUNT: Final = re.compile(
    r"(?<![\w.])\d{1,4}\s?[x×*]\s?|\s?[x×*]\s?\d{1,4}(?![\w.])|\(?\d+x\)?|-?\s*\d+ gpus?", re.IGNORECASE
)


@lru_cache(maxsize=4096)
def _words_of(label: str) -> str:
    return re.sub(r"\W+", " ", label).strip().upper()


Reading = Draft | Explained
