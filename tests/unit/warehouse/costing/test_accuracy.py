"""Bands of classes, from answers by constants that were fitted without their sources."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.warehouse.costing.test_requests import REQUEST
from warehouse.costing import calibration
from warehouse.costing.database import cost_model
from warehouse.costing.requests import answer_requests, write_requests
from warehouse.storage.connection import Connection, records

_SQL = Path(calibration.__file__).with_name("accuracy.sql").read_text()


@pytest.fixture
def con() -> Iterator[Connection]:
    with cost_model() as opened:
        opened.execute("create table fit_rows (row bigint, source varchar, class varchar, measured double)")
        opened.execute("create table predicted (theta varchar, row bigint, answer double)")
        yield opened


def _measure(con: Connection, source: str, kind: str, ratios: list[float]) -> None:
    first = con.execute("select count(*) from fit_rows").fetchall()[0][0]
    for number, ratio in enumerate(ratios, first):
        con.execute("insert into fit_rows values (?, ?, ?, 100)", [number, source, kind])
        con.execute(
            "insert into predicted values ('held out', ?, ?), ('current', ?, 100)", [number, 100 * ratio, number]
        )


def _bands(con: Connection) -> dict[str, dict[str, Any]]:
    return {row["class"]: row for row in records(con.execute(_SQL))}


def test_nine_in_ten_rows_lie_within_the_band(con: Connection) -> None:
    _measure(con, "a", "dense, FP8, NVIDIA, offline", [1 + n / 100 for n in range(50)])
    _measure(con, "b", "dense, FP8, NVIDIA, offline", [1 / (1 + n / 100) for n in range(50)])
    band = _bands(con)["dense, FP8, NVIDIA, offline"]
    assert (band["rows"], band["sources"]) == (100, 2)
    assert 1.45 <= float(band["band_factor"]) <= 1.49  # either way, and not the least that just holds ninety


def test_a_class_of_one_source_is_no_surer_than_wider_ones_of_several(con: Connection) -> None:
    _measure(con, "alike", "dense, FP4, NVIDIA, offline", [1.01] * 20)
    _measure(con, "b", "dense, FP8, NVIDIA, offline", [1.9] * 20)
    _measure(con, "c", "dense, FP8, NVIDIA, offline", [1.01] * 20)
    bands = _bands(con)
    assert float(bands["dense, FP4, NVIDIA, offline"]["band_factor"]) >= 1.9
    assert bands["dense, FP4, NVIDIA, offline"]["sources"] == 1
    _measure(con, "d", "dense, FP4, NVIDIA, offline", [1.02] * 20)
    assert float(_bands(con)["dense, FP4, NVIDIA, offline"]["band_factor"]) == 1.3


def test_a_class_that_nobody_measured_is_wider_than_the_one_that_stands_in(con: Connection) -> None:
    write_requests(con, [REQUEST | {"gpu": "MI300X"}, REQUEST | {"gpu": "MI300X", "precision": "int4"}])
    answer_requests(con)
    measured, unmeasured = records(con.execute("select * from answers order by row"))
    bands = dict(con.execute("select class, band_factor from marts.accuracy").fetchall())
    assert measured["in_scope"] and measured["band_factor"] == bands["dense, FP8, AMD, closed loop"]
    assert not unmeasured["in_scope"]
    stand_in = unmeasured["reason"].rpartition("the band is of: ")[2]
    assert unmeasured["band_factor"] == pytest.approx(bands[stand_in] * 1.15) and stand_in != unmeasured["class"]
