"""Rows as CSV: scraped text that a spreadsheet would run as a formula stays text."""

from __future__ import annotations

import csv
import io

import pytest

from pipelines.cli.table_output import show


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_formula_is_text_in_csv(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    show(("name", "price"), [(text, -1)], "csv")
    header, (name, price) = csv.reader(io.StringIO(capsys.readouterr().out))
    assert header == ["name", "price"]
    assert name.startswith("'") and name[1:].strip() == text.strip()
    assert price == "-1"  # a number is none


def test_plain_text_is_unchanged_in_csv(capsys: pytest.CaptureFixture[str]) -> None:
    show(("name",), [("a=1",), ("p4d.24xlarge",), (None,)], "csv")
    assert capsys.readouterr().out == 'name\na=1\np4d.24xlarge\n""\n'
