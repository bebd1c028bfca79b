"""The chart says what the numbers say: steps, gaps, letters that tell lines apart, plain ASCII where needed."""

from __future__ import annotations

import itertools
import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.cli.terminal_chart import MARKS, ChartLine, draw
from pipelines.timeseries import Segment, lowest

D = date.fromisoformat
STEP = ChartLine(
    "one", (Segment(D("2024-01-01"), D("2024-01-21"), 4.0), Segment(D("2024-01-21"), D("2024-02-10"), 2.0))
)
GAP = ChartLine("two", (Segment(D("2024-01-01"), D("2024-01-11"), 1.0), Segment(D("2024-01-31"), D("2024-02-10"), 1.0)))


def test_steps_gaps_and_letters() -> None:
    picture = draw([STEP, GAP], "A100: USD per GPU-hour", width=46, height=9).splitlines()
    assert picture == [
        "A100: USD per GPU-hour",
        " 4.00│A───────────────A───┐",
        "     │                    │",
        " 3.00│                    │",
        "     │                    │",
        " 2.00│                    └───────────A───────",
        "     │",
        " 1.00│B─B───────                    B───B─────",
        "     │",
        " 0.00│",
        "     └┬───────────────────┬──────────────────┬",
        "      2024-01-01     2024-01-21     2024-02-10",
        "  A one",
        "  B two",
    ]


def test_ascii_output_is_ascii_and_colour_changes_only_colour() -> None:
    assert draw([STEP, GAP], "x", ascii_only=True).isascii()
    coloured = draw([STEP, GAP], "x", colour=True)
    assert "\x1b[34m" in coloured and re.sub(r"\x1b\[\d+m", "", coloured) == draw([STEP, GAP], "x")


def test_axis_starts_at_zero_unless_all_values_are_far_above() -> None:
    far = draw(
        [
            ChartLine(
                "x", (Segment(D("2024-01-01"), D("2024-02-01"), 98.32), Segment(D("2024-02-01"), D("2024-03-01"), 90))
            )
        ],
        "x",
    )
    assert " 0.00" not in far and "98.00" in far
    flat = draw([ChartLine("x", (Segment(D("2024-01-01"), D("2024-01-02"), 0.0042),))], "x")
    assert "0.004" in flat and flat.count("A") == 2


segments = st.lists(
    st.tuples(st.integers(0, 900), st.integers(1, 400), st.floats(0.001, 500, allow_nan=False)), min_size=1, max_size=12
)


def made(parts: list[tuple[int, int, float]]) -> list[Segment]:
    start = D("2020-01-01")
    return [Segment(start + timedelta(s), start + timedelta(s + n), v) for s, n, v in parts]


@given(segments)
def test_lowest_is_the_minimum_of_every_day(parts: list[tuple[int, int, float]]) -> None:
    matches, every = lowest(made(parts)), made(parts)
    for day in (D("2020-01-01") + timedelta(n) for n in range(0, 1300, 7)):
        of_day = [s.value for s in every if s.since <= day < s.until]
        assert [s.value for s in matches if s.since <= day < s.until] == ([min(of_day)] if of_day else [])
    assert all(a.until <= b.since for a, b in itertools.pairwise(matches))


@given(st.lists(segments, min_size=1, max_size=8), st.integers(40, 200), st.booleans())
def test_any_prices_fit_the_chart(many: list[list[tuple[int, int, float]]], width: int, ascii_only: bool) -> None:
    drawn = [ChartLine(f"line {i}", tuple(lowest(made(parts)))) for i, parts in enumerate(many)]
    picture = draw(drawn, "title", width, ascii_only=ascii_only).splitlines()
    assert len(picture) == 1 + 16 + 2 + len(drawn) and max(map(len, picture)) <= width
    assert [line.split()[0] for line in picture[19:]] == list(MARKS[: len(drawn)])
    ink = "".join(picture[1:17])
    assert any(mark in ink for mark in MARKS)


def test_no_price_means_no_chart() -> None:
    with pytest.raises(ValueError, match="empty"):
        draw([], "x")
