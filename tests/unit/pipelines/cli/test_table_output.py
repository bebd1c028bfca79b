"""Rows as CSV, where scraped text that a spreadsheet would run as a formula stays text; tables as wide as a terminal."""

from __future__ import annotations

import csv
import io
import sys

import pytest

from pipelines.cli.table_output import from_both_ends, show


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


ROW = ("2.50", "8x H100 SXM 80GB", "coreweave", None, "an instance with a long name", "available")
COLUMNS = ("usd", "gpus", "provider", "nothing", "instance", "stock")


def printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int) -> tuple[str, str, str]:
    """Return the head and the row of a table on a terminal of this width, and what is said of it."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("NO_COLOR", "1")
    show(COLUMNS, [ROW], "table", may_cut=("provider", "instance"), rank=("usd", "gpus", "stock"))
    printed = capsys.readouterr()
    head, row = printed.out.splitlines()
    assert len(head) <= width and len(row) <= width
    return head, row, printed.err


def test_table_fits_its_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    head, row, told = printed(monkeypatch, capsys, 100)
    assert head.split() == list(COLUMNS) and "an instance with a long name" in row and not told
    head, row, told = printed(monkeypatch, capsys, 62)  # the empty column leaves first, the longest text is cut
    assert head.split() == ["usd", "gpus", "provider", "instance", "stock"] and "8x H100 SXM 80GB" in row and "~" in row
    assert "not shown, as lines have 62 characters: nothing; --json shows all" in told
    head, row, told = printed(monkeypatch, capsys, 40)  # then those that matter least, from the right
    assert head.split() == ["usd", "gpus", "stock"] and "available" in row
    assert "provider, nothing, instance;" in told


def test_table_in_a_file_has_every_column(capsys: pytest.CaptureFixture[str]) -> None:
    show(COLUMNS, [ROW], "table", width=50)
    shown = capsys.readouterr()
    assert shown.out.split()[: len(COLUMNS)] == list(COLUMNS) and not shown.err


SENTENCE = "needs a key: set the environment variable GPUHOUR_EXAMPLE_API_KEY, then refresh; see the page of sources"


def test_sentences_go_on_below_and_are_never_cut(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    show(("what", "detail"), [("example", SENTENCE)], "table", wrap="detail")
    assert SENTENCE in capsys.readouterr().out
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "60")
    show(("what", "detail"), [("example", SENTENCE)], "table", wrap="detail")
    lines = capsys.readouterr().out.splitlines()[1:]
    assert len(lines) > 1 and max(map(len, lines)) <= 60
    assert " ".join(line.removeprefix("example").strip() for line in lines) == SENTENCE


def test_longest_texts_say_that_they_are_cut(capsys: pytest.CaptureFixture[str]) -> None:
    show(("name",), [("x" * 200,)], "table")
    assert capsys.readouterr().out.splitlines()[1] == "x" * 79 + "~"


@pytest.mark.parametrize(
    ("text", "colour"),
    [("sold out", 31), ("+16.9%", 31), ("-12.1%", 32), ("available", 32), ("stale", 33), ("p4d.24xlarge", 0), ("-", 0)],
)
def test_colour_repeats_what_the_text_says(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str, colour: int
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    show(("stock", "name"), [(text, "a")], "table")
    row = capsys.readouterr().out.splitlines()[1]
    assert row.startswith(f"\x1b[{colour}m{text}" if colour else text) and row.endswith("  a")
    monkeypatch.setenv("NO_COLOR", "1")
    show(("stock", "name"), [(text, "a")], "table")
    assert "\x1b" not in capsys.readouterr().out


def test_middle_columns_of_a_query_leave_first() -> None:
    assert from_both_ends(["a", "b", "c", "d", "e"]) == ["a", "e", "b", "d", "c"]
    assert from_both_ends(["a", "b"]) == ["a", "b"] and from_both_ends([]) == []
