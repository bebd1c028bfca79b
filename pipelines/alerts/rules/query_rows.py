"""Typed rows of the alert queries, in the order of their columns."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

PriceKey = tuple[int, int, int]  # (n, piece, i): the series, a gap-free piece of its history, a price of it


class PriceRow(NamedTuple):
    """A price: `y` is its logarithm. The days are those on which it counts as confirmed."""

    n: int
    piece: int
    i: int
    y: float
    confirmed_on: date | None
    confirmed_once_on: date | None  # if a single observation were enough


class NotifiedRow(NamedTuple):
    """A price that may be far enough from the last notified one."""

    n: int
    piece: int
    i: int
    y: float
    confirmed_on: date | None
    confirmed_once_on: date | None
    peak: float | None
    settled: float | None
    previous: float | None


class CrossingRow(NamedTuple):
    """A price beyond a line drawn from `reference`."""

    n: int
    piece: int
    i: int
    y: float
    confirmed_on: date | None
    confirmed_once_on: date | None
    reference: float
    has_recovered: bool


class ListingRow(NamedTuple):
    """An offer that a source began or ceased to list."""

    n: int
    piece: int
    i: int
    day: date
    confirmed_on: date


class AvailabilityRow(NamedTuple):
    """An offer whose availability changed."""

    n: int
    piece: int
    i: int
    day: date
    confirmed_on: date
    before: str
    now: str


class CheapestRow(NamedTuple):
    """A provider's lowest price in a group on a day on which some price changed."""

    group: str
    day: date
    provider: str
    usd: float
    series_id: str
    valid_from: date


class IndexRow(NamedTuple):
    """A day on which an index had moved far enough."""

    index_id: str
    gpu: str
    gpu_memory_gb: float | None
    pricing_model: str
    day: date
    old: float
    new: float


class OutageRow(NamedTuple):
    """A stretch of scrape attempts of a source without success; `until_on` is None while it lasts."""

    provider: str
    source: str
    last_good_on: date | None
    days: list[date] | None
    details: list[str] | None
    until_on: date | None
    newest_on: date
