"""Draws step lines as text: a price holds until it changes, and days without observations stay empty.

Our own code, since the maintained library that was tried (plotext 6) joins points across gaps, tells lines apart by
colour alone, and takes half as long to import as our commands take to answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from pipelines.timeseries import Segment, ticks

MARKS = "ABCDEFGH"
_COLOURS = (34, 31, 32, 35, 36, 33, 94, 91)  # ANSI; the letters identify lines without colour
# A step takes two cells of its column: where the line leaves its old row, and where it arrives in the new one.
_BOX = {"-": "─", "|": "│", "up": "┘┌", "down": "┐└"}
_ASCII = {"-": "-", "|": "|", "up": "++", "down": "++"}


@dataclass(frozen=True, slots=True)
class ChartLine:
    """A line and its name in the legend. Segments do not overlap and are in order of time."""

    name: str
    segments: tuple[Segment, ...]


def draw(
    lines: Sequence[ChartLine],
    title: str,
    width: int = 100,
    height: int = 16,
    ascii_only: bool = False,
    colour: bool = False,
) -> str:
    """Draw up to eight lines: title, linear axis of values, axis of dates, and a legend with a letter per line.

    Raises ValueError without any segment.
    """
    segments = [s for line in lines for s in line.segments]
    since, until = min(s.since for s in segments), max(s.until for s in segments)
    rungs = ticks(min(s.value for s in segments), max(s.value for s in segments))
    margin = max(len(t) for t in map(_label, rungs)) + 2
    canvas = _Canvas(since, until, rungs[0], rungs[-1], max(width - margin, 20), height, ascii_only)
    for number, line in enumerate(lines):
        canvas.add(number, line)
    at = {canvas.row(tick): _label(tick) for tick in rungs}
    edge = "|" if ascii_only else "│"
    plot = [f"{at.get(i, '').rjust(margin - 1)}{edge}{text}" for i, text in enumerate(canvas.rows(colour))]
    names = [f"  {_painted(MARKS[i], i, colour)} {line.name}" for i, line in enumerate(lines)]
    return "\n".join([title, *plot, *_dates(since, until, canvas.width, margin, ascii_only), *names]) + "\n"


class _Canvas:
    """Cells of one character each; every column is a stretch of days, every row a stretch of values."""

    def __init__(
        self, since: date, until: date, low: float, high: float, width: int, height: int, ascii_only: bool
    ) -> None:
        self.since, self.days, self.low, self.high = since, max((until - since).days, 1), low, high
        self.width, self.height, self._strokes = width, height, _ASCII if ascii_only else _BOX
        # Importance, character, line: where lines meet, a step hides a letter, and a letter hides a dash.
        self._cells: list[list[tuple[int, str, int]]] = [[(0, " ", -1)] * width for _ in range(height)]

    def row(self, value: float) -> int:
        """Return the row of a value; 0 is the top."""
        return round((self.high - value) / (self.high - self.low) * (self.height - 1))

    def column(self, day: date) -> int:
        return min((day - self.since).days * self.width // self.days, self.width - 1)

    def add(self, number: int, line: ChartLine) -> None:
        """Draw a line; its letter marks where a stretch begins and every so often, offset from other lines'."""
        before: Segment | None = None
        for segment in line.segments:
            row, left = self.row(segment.value), self.column(segment.since)
            goes_on = before is not None and before.until == segment.since
            for column in range(left, max(self.column(segment.until - timedelta(days=1)), left) + 1):
                is_letter = (column - 2 * number) % (2 * len(MARKS)) == 0 or (column == left and not goes_on)
                importance, text = (2, MARKS[number]) if is_letter else (1, self._strokes["-"])
                self._put(row, column, importance, text, number)
            if before and goes_on and (old := self.row(before.value)) != row:
                self._step(number, left, old, row)
            before = segment

    def _step(self, number: int, column: int, old: int, new: int) -> None:
        corners = self._strokes["up" if new < old else "down"]
        for row in range(min(old, new) + 1, max(old, new)):
            self._put(row, column, 3, self._strokes["|"], number)
        self._put(old, column, 4, corners[0], number)
        self._put(new, column, 4, corners[1], number)

    def _put(self, row: int, column: int, importance: int, text: str, number: int) -> None:
        if importance >= self._cells[row][column][0]:
            self._cells[row][column] = (importance, text, number)

    def rows(self, colour: bool) -> list[str]:
        """Return each row as text."""
        return [
            "".join(
                _painted("".join(text for _, text, _ in run), number, colour and number >= 0)
                for number, run in groupby(row, key=lambda cell: cell[2])
            ).rstrip()
            for row in self._cells
        ]


def _painted(text: str, number: int, colour: bool) -> str:
    return f"\x1b[{_COLOURS[number]}m{text}\x1b[0m" if colour else text


def _label(value: float) -> str:
    text = f"{value:.6f}".rstrip("0")
    return text + "0" * max(0, 2 - len(text.partition(".")[2]))


def _dates(since: date, until: date, width: int, margin: int, ascii_only: bool) -> list[str]:
    """Return the axis: a date every 20 columns or so, always including the first and the last."""
    count = max(min(width // 20, (until - since).days), 1)
    axis, days = ["-" if ascii_only else "─"] * width, [" "] * (width + 10)
    for i in range(count + 1):
        at = round(i * (width - 1) / count)
        day = (since + (until - since) * (at / max(width - 1, 1))).isoformat()
        start = max(min(at - 5, width - 10), 0)
        axis[at], days[start : start + 10] = "+" if ascii_only else "┬", list(day)
    corner = "+" if ascii_only else "└"
    return [" " * (margin - 1) + corner + "".join(axis), " " * margin + "".join(days).rstrip()]
