"""Lengths that a source does not state: ranges, answered at the middle and at the ends, and how much they matter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run
from tests.support.worlds import rows
from tests.unit.warehouse.costing.test_requests import REQUEST, write
from warehouse.costing.database import cost_model
from warehouse.costing.requests import RANGES, answer_requests, write_requests
from warehouse.costing.validation import COLUMNS, read_measurements, score
from warehouse.storage.connection import Connection

SPEED = "output_tokens_per_s_per_gpu"


@pytest.fixture(scope="module")
def con() -> Iterator[Connection]:
    with cost_model() as opened:
        yield opened


def answers(con: Connection, *requests: Mapping[str, object], limit: float | None = None) -> list[dict[str, Any]]:
    write_requests(con, [{**REQUEST, **request} for request in requests])
    answer_requests(con, limit)
    return rows(con, "from answers order by row")


@pytest.mark.parametrize("text, middle, low, high", [
    ("1000-4000", 2000, 1000, 4000), ("3000 (1000-8000)", 3000, 1000, 8000), (" 500 - 500 ", 500, 500, 500),
    ("1000–4000", 2000, 1000, 4000), ("3000 (1000 – 8000)", 3000, 1000, 8000),
])  # fmt: skip
@pytest.mark.parametrize("column", ["isl", "osl"])
def test_a_range_is_answered_at_its_middle_and_its_ends(
    con: Connection, column: str, text: str, middle: float, low: float, high: float
) -> None:
    ranged, *stated = answers(con, {column: text}, *({column: n} for n in (middle, low, high)))
    for name in (SPEED, "ttft_s", "tpot_s"):
        ends = sorted(answer[name] for answer in stated[1:])
        assert [ranged[f"{name}_low"], ranged[f"{name}_high"]] == ends
        assert ranged[name] == pytest.approx(stated[0][name], rel=1e-12)
    assert ranged[column] == pytest.approx(middle)
    assert all(answer[name] is None for answer in stated for name in RANGES), "a stated length has no range"


def test_both_ranges_span_all_four_corners(con: Connection) -> None:
    corners = [{"isl": isl, "osl": osl} for isl in (100, 4000) for osl in (50, 2000)]
    both, *alone = answers(con, {"isl": "100-4000", "osl": "50-2000", "tp": None}, *(c | {"tp": None} for c in corners))
    speeds = [answer[SPEED] for answer in alone]
    assert (both[f"{SPEED}_low"], both[f"{SPEED}_high"]) == (min(speeds), max(speeds))


def test_a_range_under_a_limit_on_latency(con: Connection) -> None:
    ranged, low, high = answers(con, {"isl": "200-800", "concurrency": None}, {"isl": 200, "concurrency": None},
                                {"isl": 800, "concurrency": None}, limit=0.03)  # fmt: skip
    assert (ranged[f"{SPEED}_low"], ranged[f"{SPEED}_high"]) == (high[SPEED], low[SPEED])


@pytest.mark.parametrize("extra, column", [
    ("ISL 780 assumed", "isl"), ("OpenOrca 24576; ISL assumed ~ OSL", "isl"), ("ISL about 8000 (papers)", "isl"), ("MLA FP8; OSL assumed 100", "osl"),
])  # fmt: skip
def test_a_length_said_to_be_assumed_is_a_range(con: Connection, extra: str, column: str) -> None:
    assumed, stated, half, twice = answers(
        con, {"extra": extra, column: 800}, {column: 800}, {column: 400}, {column: 1600}
    )
    assert assumed[SPEED] == stated[SPEED] and stated[f"{SPEED}_low"] is None
    assert [assumed[f"{SPEED}_low"], assumed[f"{SPEED}_high"]] == sorted((half[SPEED], twice[SPEED]))


@pytest.mark.parametrize("extra", ["ISL/OSL means of the set: OSL 3,880", "isl 780; assumed clocks", "about a day"])
def test_other_assumptions_are_none_of_lengths(con: Connection, extra: str) -> None:
    assert answers(con, {"extra": extra})[0][f"{SPEED}_low"] is None


@pytest.mark.parametrize(
    "text", ["8000-1000", "0-5", "9000 (1000-8000)", "1000-", "-8000", "a-b", "1000-8000-9000", "1" * 400 + "-2"]
)
def test_a_range_that_is_none_is_refused(con: Connection, text: str) -> None:
    answer, stated = answers(con, {"isl": text}, {})
    assert answer[SPEED] is None and "or a range (1000-8000)" in answer["reason"] and stated[SPEED] > 0


def test_an_end_without_an_answer_is_named(con: Connection) -> None:
    ranged = {"isl": "100-100000", "concurrency": 1}
    (free,) = answers(con, ranged)
    assert free["tpot_s_low"] < free["tpot_s"] < free["tpot_s_high"]
    (bound,) = answers(con, ranged, limit=(free["tpot_s"] + free["tpot_s_high"]) / 2)
    assert bound[SPEED] == free[SPEED] and bound[f"{SPEED}_low"] is None
    assert "no answer at some end of the lengths" in bound["reason"] and free["reason"] is None


@pytest.mark.parametrize("asked", [{"isl": "1000-200000"}, {"isl": "100-1000", "osl": "100-200000"}])
def test_an_end_beyond_the_context_is_named(con: Connection, asked: dict[str, str]) -> None:
    (beyond,) = answers(con, asked)
    assert "range to 20" in beyond["reason"] and "beyond the model's context of 131,072" in beyond["reason"]


@pytest.fixture
def measured(con: Connection, tmp_path: Path) -> Path:
    """Return measurements of which half lie exactly at an end of their range, half exactly at their stated length."""
    asked: list[dict[str, object]] = [
        {"source": source, "model": model, "isl": isl, "concurrency": load, "osl": 200}
        for source, isl in (("ranged", "500 (100-4000)"), ("stated", "500"))
        for model in ("llama-3.1-8b", "llama-3.1-70b")
        for load in (16, 256)
    ]
    speeds = answers(con, *(r | {"isl": 4000 if r["source"] == "ranged" else 500} for r in asked))
    return write(
        tmp_path / "measured.csv",
        *(REQUEST | r | {"out_tps_per_gpu": a[SPEED]} for r, a in zip(asked, speeds, strict=True)),
    )


def test_validation_counts_by_the_middle_and_by_the_nearest_end(con: Connection, measured: Path) -> None:
    read_measurements(con, [measured])
    scores = {row[1:3]: dict(zip(COLUMNS, row, strict=True)) for row in score(con) if row[0] == "all"}
    ranged, stated = scores["source", "ranged"], scores["source", "stated"]
    assert (ranged["n"], ranged["ranged"], stated["ranged"]) == (4, 4, 0)
    assert ranged["range_factor"] > 2 and stated["range_factor"] is None
    assert ranged["nearest_within_1_5x"] == 1 and ranged["within_1_5x"] < 1, "the middle is not where it was measured"
    assert stated["nearest_within_2x"] == stated["within_2x"] == 1
    assert scores["total", ""]["ranged"] == 4 and scores["total", ""]["n"] == 8


def test_figures_that_are_no_numbers_were_not_measured(con: Connection, measured: Path) -> None:
    def total() -> dict[str, Any]:
        read_measurements(con, [measured])
        return next(dict(zip(COLUMNS, row, strict=True)) for row in score(con) if row[:3] == ("all", "total", ""))

    before, (line, *_) = total(), measured.read_text().splitlines()[1:]
    with measured.open("a", newline="\r\n") as file:
        for figure in ("1e400", "inf", "nan", "-inf", "fast", "0", "-5"):
            file.write(line.rpartition(",")[0] + f",{figure}\n")
    assert total() == before


def test_the_command_states_the_assumed_lengths(run: Run, measured: Path) -> None:
    result = run("cost", "validate", measured, "--json")
    (line,) = [line for line in result.err.splitlines() if "do not state" in line]
    assert "ranged: 4 of 4 rows do not state their lengths (isl 100 to 4000)" in line
    assert "by the middle" in line and "100.0% by the nearest answer" in line
    assert {"ranged", "range_factor", "nearest_within_2x"} <= set(result.records()[0])
