"""Turns price versions into lines over time: the lowest price, from each provider's best-ranked source."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import takewhile
from typing import Any

from pipelines.reports.query_runner import Row
from pipelines.timeseries import Segment, lowest

DAY = timedelta(days=1)
GpuKey = tuple[str, Decimal | None]


@dataclass(frozen=True, slots=True)
class PriceLine:
    """The lowest price of one provider's GPU of one form factor over time, in USD per GPU-hour."""

    provider: str
    form_factor: str
    segments: tuple[Segment, ...]

    def on(self, day: date) -> float | None:
        """Return the price on a day, None where there is none."""
        index = bisect_right(self.segments, day, key=lambda s: s.since) - 1
        return self.segments[index].value if index >= 0 and day < self.segments[index].until else None

    def between(self, since: date, until: date) -> list[float]:
        """Return the prices within days, both inclusive."""
        first = bisect_right(self.segments, since, key=lambda s: s.until)
        return [s.value for s in takewhile(lambda s: s.since <= until, self.segments[first:])]


def lines_of(versions: Iterable[Row], today: date) -> dict[GpuKey, dict[str, list[PriceLine]]]:
    """Return lines by GPU and pricing model from rows of queries/price_versions.sql; nothing lies after today."""
    by_provider: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for version in versions:
        by_provider[version["gpu"], version["provider"], version["pricing_model"]].append(version)
    lines: dict[GpuKey, dict[str, list[PriceLine]]] = defaultdict(lambda: defaultdict(list))
    for (gpu, provider, pricing_model), of_provider in by_provider.items():
        ranks = lowest(Segment(r["since"], r["until"], float(r["rank"])) for r in of_provider)
        for (memory, form), of_form in _by(of_provider, "gpu_memory_gb", "form_factor").items():
            segments = lowest(part for version in of_form for part in _answering(version, ranks, today))
            if segments:
                lines[gpu, memory][pricing_model].append(PriceLine(provider, form or "", tuple(segments)))
    return {gpu: dict(models) for gpu, models in lines.items()}


def combined(lines: Iterable[PriceLine]) -> PriceLine:
    """Return the lowest of several lines at each time."""
    return PriceLine("", "", tuple(lowest(s for line in lines for s in line.segments)))


def _by(versions: Iterable[Row], *names: str) -> dict[tuple[Any, ...], list[Row]]:
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for version in versions:
        groups[tuple(version[name] for name in names)].append(version)
    return groups


def _answering(version: Row, ranks: list[Segment], today: date) -> Iterable[Segment]:
    """Yield the parts of a version during which no better-ranked source of the provider has a price."""
    for stretch in ranks:
        since, until = max(version["since"], stretch.since), min(version["until"], stretch.until, today + DAY)
        if stretch.value == version["rank"] and since < until:
            yield Segment(since, until, version["usd"])
