"""Rows of Python in SQL: few or many, of any type, with nothing lost on the way."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from warehouse.storage import connection
from warehouse.storage.rows import execute_with_rows

TYPES = {"name": "varchar", "price": "decimal(38,18)", "day": "date"}
ODD = 'it\'s \0 a "name" ; drop table t --'


@pytest.mark.parametrize("n_copies", [1, 500])
@pytest.mark.parametrize(
    "row",
    [
        {"name": ODD, "price": "0.123456789012345678", "day": "2026-03-02"},
        {"day": "2026-03-02", "price": "0.123456789012345678", "name": ODD},
        (ODD, "0.123456789012345678", date(2026, 3, 2)),
    ],
)
def test_every_digit_and_sign_arrives(row: Any, n_copies: int) -> None:
    with connection.in_memory() as con:
        execute_with_rows(con, "create table t as ", [row] * n_copies, TYPES)
        found = con.execute("select distinct name, price::varchar, day from t").fetchall()
        assert found == [(ODD, "0.123456789012345678", date(2026, 3, 2))]
        assert con.execute("select count(*) from t").fetchall() == [(n_copies,)]


@pytest.mark.parametrize("rows", [[], [{}], [(None, None, None)]])
def test_what_is_not_there_is_null(rows: Any) -> None:
    with connection.in_memory() as con:
        execute_with_rows(con, "create table t as ", rows, TYPES)
        columns = con.execute("select column_name, column_type from (describe t)").fetchall()
        assert columns == [("name", "VARCHAR"), ("price", "DECIMAL(38,18)"), ("day", "DATE")]
        assert con.execute("from t").fetchall() == [(None, None, None)] * len(rows)


def test_a_row_of_another_length_is_an_error() -> None:
    with connection.in_memory() as con, pytest.raises(ValueError, match=r"longer|shorter"):
        execute_with_rows(con, "create table t as ", [("a", "1")], TYPES)
