"""Lays out charts: positions of lines, ticks and labels; templates/charts.svg turns them into SVG.

A plot is 1000 wide and as high as it is in pixels; it is stretched in width only, so text keeps its size.
Coordinates are relative whole numbers: a path of three years of daily steps takes a few kilobytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from pipelines.timeseries import Segment, ticks

WIDTH = 1000
DAY = timedelta(days=1)
LEAST_DAYS = 7  # days with a price below which no chart is drawn
LINES = 6
_GAP = 16  # pixels between labels at the ends of lines
Named = tuple[str, Sequence[Segment]]


def steps(
    lines: Sequence[Named],
    height: int = 260,
    band: Sequence[tuple[date, date, float, float]] = (),
) -> dict[str, Any] | None:
    """Return step lines over time, each labelled at its end; None where there is too little to draw. Values: USD.

    `band` is (since, until, low, high) stretches, drawn behind. At most LINES lines are drawn; `n_left_out` counts
    the rest.
    """
    drawn = [line for line in lines if line[1]]
    days = max((sum((s.until - s.since).days for s in segments) for _, segments in drawn), default=0)
    if days < LEAST_DAYS:
        return None
    left_out, drawn = max(len(drawn) - LINES, 0), drawn[:LINES]
    segments = [s for _, segments_of in drawn for s in segments_of]
    since, until = min(s.since for s in segments), max(s.until for s in segments)
    shown = [b for b in band if b[1] > since]
    values = [s.value for s in segments] + [v for b in shown for v in b[2:]]
    rungs = ticks(min(values), max(values))
    plot = _Plot(since, until, rungs[0], rungs[-1], height)
    return {
        "height": height,
        "since": since,
        "until": until - DAY,
        "rungs": [{"y": plot.y(rung), "label": label} for rung, label in zip(rungs, rung_labels(rungs), strict=True)],
        "dates": list(_dates(since, until)),
        "band": plot.band(shown),
        "lines": _labelled(
            [
                {
                    "name": name,
                    "d": plot.path(segments_of),
                    "y": plot.y(segments_of[-1].value),
                    "value": segments_of[-1].value,
                    "is_open": segments_of[-1].until == until,
                }
                for name, segments_of in drawn
            ],
            height,
        ),
        "n_left_out": left_out,
    }


def scale(values: Iterable[float]) -> tuple[float, list[dict[str, Any]]]:
    """Return the end of an axis from zero over some values, and its ticks in percent of it."""
    rungs = ticks(0.0, max(values, default=1.0) or 1.0)
    labels = rung_labels(rungs)
    return rungs[-1], [{"at": _percent(r / rungs[-1]), "label": label} for r, label in zip(rungs, labels, strict=True)]


def at(value: Any, end: float) -> str:
    """Return the position of a value on an axis from zero to `end`, in percent."""
    return _percent(float(value) / end)


def rung_labels(values: Sequence[float]) -> list[str]:
    """Return amounts for gridlines, all with the same number of places: 0, 1, 2 or 0.00, 0.25, 0.50."""
    places = max(len(f"{value:.6f}".rstrip("0").partition(".")[2]) for value in values)
    return [f"{value:.{max(places, 2) if places else 0}f}" for value in values]


def _percent(part: float) -> str:
    return f"{round(100 * part, 1):g}"


class _Plot:
    """Maps days and values to whole numbers; 0 is the top left."""

    def __init__(self, since: date, until: date, low: float, high: float, height: int) -> None:
        self.since, self.days, self.low, self.high, self.height = since, (until - since).days, low, high, height

    def x(self, day: date) -> int:
        return round(max((day - self.since).days, 0) * WIDTH / self.days)

    def y(self, value: float) -> int:
        return round((self.high - value) / (self.high - self.low) * self.height)

    def path(self, segments: Sequence[Segment]) -> str:
        """Return the path of the steps; gaps between segments lift the pen."""
        parts: list[str] = []
        pen_y = 0
        before: Segment | None = None
        for segment in segments:
            x, y, end = self.x(segment.since), self.y(segment.value), self.x(segment.until)
            if before is None or before.until != segment.since:
                parts.append(f"M{x} {y}")
            elif y != pen_y:
                parts.append(f"v{y - pen_y}")
            if end > x:
                parts.append(f"h{end - x}")
            pen_y, before = y, segment
        return "".join(parts)

    def band(self, stretches: Sequence[tuple[date, date, float, float]]) -> str:
        """Return one closed outline per group of adjoining stretches."""
        runs: list[list[tuple[date, date, float, float]]] = []
        for stretch in stretches:
            if runs and runs[-1][-1][1] == stretch[0]:
                runs[-1].append(stretch)
            else:
                runs.append([stretch])
        return "".join(self._outline(run) for run in runs)

    def _outline(self, run: Sequence[tuple[date, date, float, float]]) -> str:
        over = self.path([Segment(since, until, high) for since, until, _, high in run])
        last = self.y(run[-1][3])
        under = [f"v{self.y(run[-1][2]) - last}"]
        for (since, until, low, _), before in zip(reversed(run), [*reversed(run[:-1]), None], strict=True):
            under.append(f"h{self.x(since) - self.x(until)}")
            if before is not None:
                under.append(f"v{self.y(before[2]) - self.y(low)}")
        return f"{over}{''.join(under)}z"


def _labelled(lines: list[dict[str, Any]], height: int) -> list[dict[str, Any]]:
    """Add label positions beside the ends of the lines, moved apart where they would overlap."""
    for number, line in enumerate(lines):
        line["style"] = number
    placed = sorted(lines, key=lambda line: (line["y"], line["style"]))
    lowest_y = 0
    for line in placed:
        line["label_y"] = lowest_y = max(line["y"], lowest_y)
        lowest_y += _GAP
    limit = height
    for line in reversed(placed):
        line["label_y"] = limit = min(line["label_y"], limit)
        limit -= _GAP
    return lines


def _dates(since: date, until: date) -> Iterable[dict[str, Any]]:
    """Yield four to six dates for the axis: first days of years or months, or every so many days."""
    days = (until - since).days
    for days_shown in (_firsts(since, until, 12), _firsts(since, until, 3), _firsts(since, until, 1)):
        if len(days_shown) >= 3:
            days_shown = days_shown[:: -(-len(days_shown) // 6)]
            break
    else:
        days_shown = [since + n * DAY for n in range(0, days, max(days // 4, 1))][:5]
    by_year = all(d.month == d.day == 1 for d in days_shown)
    for number, day in enumerate(days_shown):
        if by_year:
            label = f"{day.year}"
        elif day.day == 1 and days > 80:  # the year only where it changes: labels have to fit a phone
            label = f"{day:%b %Y}" if not number or day.year != days_shown[number - 1].year else f"{day:%b}"
        else:
            label = f"{day.day} {day:%b}"
        yield {"at": _percent((day - since).days / days), "label": label}


def _firsts(since: date, until: date, every: int) -> list[date]:
    """Return the first days of every so many months within a range."""
    months = (since.year * 12 + m for m in range(0, (until.year - since.year + 1) * 12, every))
    return [d for d in (date(m // 12, m % 12 + 1, 1) for m in months) if since <= d < until]
