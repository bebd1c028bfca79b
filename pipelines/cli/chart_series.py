"""Makes lines to draw of price intervals: one per series, or the lowest of many, cut where nobody looked."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import islice
from typing import Any

from pipelines.cli.terminal_chart import MARKS, ChartLine
from pipelines.queries.filters import MAX_AGE
from pipelines.timeseries import Segment, lowest

DAY = timedelta(days=1)
_SERIES = ("provider", "instance", "gpu", "gpu_memory_gb", "gpu_count", "region", "zone", "pricing_model",
           "term_months", "upfront", "source")  # fmt: skip
_GROUP = ("provider", "gpu_memory_gb", "pricing_model", "term_months", "source")
Interval = Mapping[str, Any]  # a row of INTERVAL_COLUMNS


def lines(
    intervals: Sequence[Interval], looks: Mapping[tuple[str, str], list[date]], today: date
) -> tuple[list[ChartLine], int]:
    """Up to eight lines, on-demand prices and those still in force first, and how many more there would be.

    With more than eight series, each line is the lowest price of a provider's (per memory, pricing model, source).
    """
    few = len({i["series_id"] for i in intervals}) <= len(MARKS)
    keys = _SERIES if few else _GROUP
    groups: dict[tuple[Any, ...], list[Interval]] = defaultdict(list)
    for interval in intervals:
        # A series has one line even where a rounding of its facts changed.
        groups[(interval["series_id"],) if few else tuple(interval[k] for k in keys)].append(interval)
    watched = _watched(intervals, looks, today)
    drawn = [(found, lowest(s for i in found for s in _seen(i, watched))) for found in groups.values()]
    drawn = sorted((d for d in drawn if d[1]), key=_importance)
    shown = drawn[: len(MARKS)]
    told = [k for k in keys if k == "provider" or len({found[-1][k] for found, _ in shown}) > 1]
    named = [ChartLine(_name(found, told, segments, today), tuple(segments)) for found, segments in shown]
    return named, len(drawn) - len(shown)


def _watched(
    intervals: Iterable[Interval], looks: Mapping[tuple[str, str], list[date]], today: date
) -> dict[tuple[str, str], list[tuple[date, date]]]:
    """(provider, feed) -> when it was looked at every few weeks, as spans of days in order."""
    days: dict[tuple[str, str], set[date]] = defaultdict(set)
    for interval in intervals:
        days[interval["provider"], interval["feed"]] |= {interval["observed_at"].date(), interval["last_seen_on"]}
    return {feed: list(_spans(sorted(of_feed.union(looks.get(feed, ()))), today)) for feed, of_feed in days.items()}


def _spans(days: Sequence[date], today: date) -> Iterable[tuple[date, date]]:
    """From a day up to, not including, another: looks that lie no more than MAX_AGE days apart."""
    since = days[0]
    for day, following in zip(days, [*days[1:], None], strict=True):
        if following is None:
            yield since, (today if day <= today <= day + MAX_AGE * DAY else day) + DAY
        elif following - day > MAX_AGE * DAY:
            yield since, day + DAY
            since = following


def _seen(interval: Interval, watched: Mapping[tuple[str, str], list[tuple[date, date]]]) -> Iterable[Segment]:
    """The parts of an interval during which its source was looked at."""
    spans = watched[interval["provider"], interval["feed"]]
    end = interval["valid_to"] or date.max
    first = bisect_right(spans, interval["valid_from"], key=lambda span: span[1])
    for since, until in islice(spans, first, None):
        if since >= end:
            return
        since, until = max(since, interval["valid_from"]), min(until, end)
        yield Segment(since, until, float(interval["usd_per_gpu_hour"]))


def _importance(drawn: tuple[list[Interval], list[Segment]]) -> tuple[Any, ...]:
    found, segments = drawn
    return found[-1]["pricing_model"] != "on_demand", -segments[-1].until.toordinal(), segments[-1].value


def _name(found: Sequence[Interval], told: Sequence[str], segments: Sequence[Segment], today: date) -> str:
    last = found[-1]
    words = {k: f"{float(last[k]):.10g} {unit}" for k, unit in (("gpu_memory_gb", "GB"), ("gpu_count", "GPUs"),
             ("term_months", "months")) if last[k]}  # fmt: skip
    facts = " ".join(str(words.get(k, last[k])) for k in told if last[k] not in (None, "", 0))
    count = len({i["series_id"] for i in found})
    many = f", lowest of {count} series" if count > 1 else ""
    end = "now" if segments[-1].until > today else f"until {segments[-1].until - DAY}"
    return f"{facts}{many}: {segments[-1].value:.10g} {end}"
