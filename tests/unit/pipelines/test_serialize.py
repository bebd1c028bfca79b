"""Rows as JSON and CSV: exact, the same by the quick way and the careful one, and never a number that JSON lacks."""

from __future__ import annotations

import csv
import io
import json
import math
import random
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from pipelines.cli.table_output import show
from pipelines.serialize import _slow_record, json_value, rows_as_json

VALUES: list[Any] = [
    None, 1, -5, True, False, 1.5, math.nan, -math.inf, 1e300, 0.1 + 0.2, "a", "\u00e9\"\n \x07", "", "=1+1", Decimal("1.50"), Decimal(3),
    Decimal("1e30"), datetime(2026, 1, 1, tzinfo=UTC), date(2026, 1, 2), [1, None, {"a": [2]}], {"k": [1.5, math.nan]}, (1, 2), b"x", {1: 2},
]  # fmt: skip


def test_quick_rows_are_written_like_careful_ones() -> None:
    chosen = random.Random(1)
    for _ in range(500):
        columns = [f"c{n}" for n in range(chosen.randrange(1, 6))]
        rows = [[chosen.choice(VALUES) for _ in columns] for _ in range(chosen.randrange(1, 5))]
        careful = ",\n".join(_slow_record(columns, row) for row in rows)
        assert rows_as_json(columns, rows) == f"[\n{careful}\n]\n"
        assert json.loads(careful and f"[{careful}]") == json.loads(json.dumps([
            {c: json_value(v) for c, v in zip(columns, row, strict=True)} for row in rows]))  # fmt: skip


def test_rows_without_a_name_or_with_one_twice_keep_every_value() -> None:
    assert rows_as_json(["a", "a"], [[1, 2]]) == '[\n {\n  "a": 1,\n  "a": 2\n }\n]\n'
    assert json.loads(rows_as_json([], [[]])) == [{}] and rows_as_json(["a"], []) == "[]\n"


def test_marks_that_steer_a_terminal_are_escaped() -> None:
    assert "\u202e" not in rows_as_json(["a"], [["\u202e"]]) and "\\u202e" in rows_as_json(["a"], [["\u202e"]])


def test_csv_has_the_values_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    plain = [value for value in VALUES if not isinstance(value, (list, dict, tuple))]
    show([str(n) for n in range(len(plain))], [plain], "csv")
    _, cells = csv.reader(io.StringIO(capsys.readouterr().out, newline=""))
    for value, cell in zip(plain, cells, strict=True):
        stated = json_value(value)
        if not isinstance(stated, str):
            assert cell == ("" if stated is None else str(stated))
    assert cells[plain.index("=1+1")] == "'=1+1" and cells[plain.index(date(2026, 1, 2))] == "2026-01-02"
