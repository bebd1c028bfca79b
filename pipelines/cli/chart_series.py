"""Turns price intervals into chart lines: one per series, or the lowest of many, with gaps where nobody observed."""

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
    intervals: Sequence[Interval], observed_on: Mapping[tuple[str, str], list[date]], today: date
) -> tuple[list[ChartLine], int]:
    """Return up to eight lines, on-demand prices and those still in force first, and how many were left out.

    With more than eight series, each line is the lowest price of a provider's (per memory, pricing model, source).
    """
    few = len({i["series_id"] for i in intervals}) <= len(MARKS)
    keys = _SERIES if few else _GROUP
    groups: dict[tuple[Any, ...], list[Interval]] = defaultdict(list)
    for interval in intervals:
        # A series keeps one line even if a rounded attribute changed.
        groups[(interval["series_id"],) if few else tuple(interval[k] for k in keys)].append(interval)
    observed = _observed_spans(intervals, observed_on, today)
    candidates = [
        (of_line, lowest(s for i in of_line for s in _observed_segments(i, observed))) for of_line in groups.values()
    ]
    candidates = sorted((d for d in candidates if d[1]), key=_importance)
    shown = candidates[: len(MARKS)]
    dimensions = [k for k in keys if k == "provider" or len({of_line[-1][k] for of_line, _ in shown}) > 1]
    named = [ChartLine(_name(of_line, dimensions, segments, today), tuple(segments)) for of_line, segments in shown]
    return named, len(candidates) - len(shown)


def _observed_spans(
    intervals: Iterable[Interval], observed_on: Mapping[tuple[str, str], list[date]], today: date
) -> dict[tuple[str, str], list[tuple[date, date]]]:
    """Return, by (provider, feed), the spans of days with an observation every few weeks, in order."""
    days: dict[tuple[str, str], set[date]] = defaultdict(set)
    for interval in intervals:
        days[interval["provider"], interval["feed"]] |= {interval["observed_at"].date(), interval["last_seen_on"]}
    return {
        feed: list(_spans(sorted(of_feed.union(observed_on.get(feed, ()))), today)) for feed, of_feed in days.items()
    }


def _spans(days: Sequence[date], today: date) -> Iterable[tuple[date, date]]:
    """Yield half-open spans of days whose observations lie no more than MAX_AGE days apart."""
    since = days[0]
    for day, following in zip(days, [*days[1:], None], strict=True):
        if following is None:
            yield since, (today if day <= today <= day + MAX_AGE * DAY else day) + DAY
        elif following - day > MAX_AGE * DAY:
            yield since, day + DAY
            since = following


def _observed_segments(
    interval: Interval, observed: Mapping[tuple[str, str], list[tuple[date, date]]]
) -> Iterable[Segment]:
    """Yield the parts of an interval during which its source was observed."""
    spans = observed[interval["provider"], interval["feed"]]
    end = interval["valid_to"] or date.max
    first = bisect_right(spans, interval["valid_from"], key=lambda span: span[1])
    for since, until in islice(spans, first, None):
        if since >= end:
            return
        since, until = max(since, interval["valid_from"]), min(until, end)
        yield Segment(since, until, float(interval["usd_per_gpu_hour"]))


def _importance(drawn: tuple[list[Interval], list[Segment]]) -> tuple[Any, ...]:
    of_line, segments = drawn
    return of_line[-1]["pricing_model"] != "on_demand", -segments[-1].until.toordinal(), segments[-1].value


def _name(of_line: Sequence[Interval], dimensions: Sequence[str], segments: Sequence[Segment], today: date) -> str:
    last = of_line[-1]
    words = {k: f"{float(last[k]):.10g} {unit}" for k, unit in (("gpu_memory_gb", "GB"), ("gpu_count", "GPUs"),
             ("term_months", "months")) if last[k]}  # fmt: skip
    facts = " ".join(str(words.get(k, last[k])) for k in dimensions if last[k] not in (None, "", 0))
    count = len({i["series_id"] for i in of_line})
    lowest_of = f", lowest of {count} series" if count > 1 else ""
    end = "now" if segments[-1].until > today else f"until {segments[-1].until - DAY}"
    return f"{facts}{lowest_of}: {segments[-1].value:.10g} {end}"
