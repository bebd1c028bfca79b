"""Lays out charts: positions of lines, ticks and labels; templates/charts.svg turns them into SVG.

A plot is 1000 wide and as high as it is in pixels; it is stretched in width only, so text keeps its size.
Coordinates are relative whole numbers: a path of three years of daily steps takes a few kilobytes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pipelines.timeseries import Segment, log_ticks, ticks

WIDTH = 1000
DAY = timedelta(days=1)
LEAST_DAYS = 7  # days with a price below which no chart is drawn
LINES = 6
WIDE_SPREAD = 10  # of the highest to the lowest value, from which on the scale is logarithmic
POINTS = 60  # in the table of a chart's steps
_GAP = 16  # pixels between labels at the ends of lines
_LONG_DATE = 0.22  # of the width: room for a date with its year on a phone
_MARK_GAP = 19  # pixels between marks, and
_MARK_GAP_PART = 1.8  # percent of the width
Named = tuple[str, Sequence[Segment]]


@dataclass(frozen=True, slots=True)
class Mark:
    """An event on a chart: its day, the value that it is marked at, and what is said of it."""

    day: date
    value: float
    facts: dict[str, Any]


def is_drawn(segments: Iterable[Segment]) -> bool:
    """Return whether a line has enough days for a chart."""
    return sum((s.until - s.since).days for s in segments) >= LEAST_DAYS


def steps(
    lines: Sequence[Named],
    height: int = 260,
    band: Sequence[tuple[date, date, float, float]] = (),
    marks: Iterable[Mark] = (),
    unit: str = "USD per GPU-hour",
) -> dict[str, Any] | None:
    """Return step lines over time, each labelled at its end; None where there is too little to draw.

    `band` is (since, until, low, high) stretches, drawn behind. At most LINES lines are drawn; `n_left_out` counts
    the rest. `marks` are numbered by day; those of later days than the lines' stand at the end. The scale is
    logarithmic where the values differ widely (`is_log`).
    """
    drawn = [line for line in lines if line[1]]
    if not any(is_drawn(segments) for _, segments in drawn):
        return None
    left_out, drawn = max(len(drawn) - LINES, 0), drawn[:LINES]
    segments = [s for _, segments_of in drawn for s in segments_of]
    since, until = min(s.since for s in segments), max(s.until for s in segments)
    shown = [b for b in band if b[1] > since]
    events = [mark for mark in marks if mark.day >= since]
    values = [s.value for s in segments] + [v for b in shown for v in b[2:]] + [mark.value for mark in events]
    low, high = min(values), max(values)
    is_log = 0 < low <= high / WIDE_SPREAD
    rungs = log_ticks(low, high) if is_log else ticks(low, high)
    labels = [_short(rung) for rung in rungs] if is_log else rung_labels(rungs)
    plot = _Plot(since, until, rungs[0], rungs[-1], height, is_log)
    points = sorted(((s.since, name, s.value, s.until - DAY) for name, of in drawn for s in of), reverse=True)
    return {
        "height": height,
        "is_log": is_log,
        "unit": unit,
        "since": since,
        "until": until - DAY,
        "rungs": [{"y": plot.y(rung), "label": label} for rung, label in zip(rungs, labels, strict=True)],
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
        "marks": plot.marks(events),
        "points": points[:POINTS],
        "n_points": len(points),
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
    return [f"{value:,.{max(places, 2) if places else 0}f}" for value in values]


def _short(value: float) -> str:
    """Return an amount of a logarithmic scale: 0.05, 0.20, 1, 1,000."""
    return f"{value:,.0f}" if value >= 1 else f"{value:.{max(2, -math.floor(math.log10(value) + 1e-9))}f}"


def _percent(part: float) -> str:
    return f"{round(100 * part, 1):g}"


class _Plot:
    """Maps days and values to whole numbers; 0 is the top left."""

    def __init__(self, since: date, until: date, low: float, high: float, height: int, is_log: bool = False) -> None:
        self._scaled = math.log if is_log else float
        self.since, self.days, self.height = since, (until - since).days, height
        self.low, self.high = self._scaled(low), self._scaled(high)

    def x(self, day: date) -> int:
        return round(max((day - self.since).days, 0) * WIDTH / self.days)

    def y(self, value: float) -> int:
        return round((self.high - self._scaled(value)) / (self.high - self.low) * self.height)

    def marks(self, events: Iterable[Mark]) -> list[dict[str, Any]]:
        """Return the positions of events, numbered by day; those that would lie upon each other are moved apart."""
        placed: list[dict[str, Any]] = []
        for number, mark in enumerate(sorted(events, key=lambda m: m.day), start=1):
            part, y = min(100 * (mark.day - self.since).days / self.days, 100.0), self.y(mark.value)
            for other in placed:
                if part - other["part"] < _MARK_GAP_PART and abs(y - other["y"]) < _MARK_GAP:
                    y = other["y"] + (_MARK_GAP if other["y"] + _MARK_GAP <= self.height else -_MARK_GAP)
            placed.append(
                {"number": number, "part": part, "at": _percent(part / 100), "y": y, "day": mark.day} | mark.facts
            )
        return placed

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
    parts = [(day - since).days / days for day in days_shown]
    for number, (day, part) in enumerate(zip(days_shown, parts, strict=True)):
        is_new_year = not number or day.year != days_shown[number - 1].year
        # Labels have to fit a phone: the first leaves its year to the next where that is near and of another.
        is_crowded = not number and len(parts) > 1 and parts[1] - part < _LONG_DATE and days_shown[1].year != day.year
        if by_year:
            label = f"{day.year}"
        elif day.day == 1 and days > 80:
            label = f"{day:%b %Y}" if is_new_year and not is_crowded else f"{day:%b}"
        else:
            label = f"{day.day} {day:%b}"
        yield {"at": _percent(part), "label": label}


def _firsts(since: date, until: date, every: int) -> list[date]:
    """Return the first days of every so many months within a range."""
    months = (since.year * 12 + m for m in range(0, (until.year - since.year + 1) * 12, every))
    return [d for d in (date(m // 12, m % 12 + 1, 1) for m in months) if since <= d < until]
