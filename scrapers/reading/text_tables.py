"""Reads tables that are drawn with spaces, tabs, bars or dots in preformatted text."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Iterable
from typing import Final

from scrapers.reading.amounts import find_amounts

_GAP: Final = re.compile(r"\s+[|│┃]\s+|\t+|\s{2,}|\s*\.{3,}\s*")
_RULE: Final = re.compile(r"^[\s\-–—=_+|│─━┼├┤┌┐└┘┬┴╔╗╚╝═║:]*$")
_NUMBER: Final = re.compile(r"^[\d.,]+$")
_CODE: Final = re.compile(
    r"^\s*(?:[{\[<]|#!|\$ |>>> |curl |import |from \w+ import|def |const |let |var |export |pip |docker |kubectl |apiVersion|[\w-]+:\s*$)|[{;]\s*$|^\s*\"[\w-]+\"\s*:|^\s*\w+\s*=\s*\S",
)


def is_code(text: str) -> bool:
    """Return whether preformatted text is a program, a command or data, rather than a table or a list."""
    lines = [line for line in text.splitlines() if line.strip()]
    return any(_CODE.search(line) for line in lines[:40])


def with_tables(text: str) -> str:
    """Return a text with HTML in place of its tables of cells between tabs, or of columns aligned with spaces."""
    parts: list[str] = []
    for form, lines in itertools.groupby(text.splitlines(keepends=True), _form_of):
        block = list(lines)
        whole = "".join(block)
        is_table = form and len(block) >= _FEWEST_LINES[form] and not is_code(whole)
        parts.append(whole if not is_table else _of_tabs(block) if form == "tabs" else as_drawn(whole))
    return "".join(parts)


def as_drawn(table: str) -> str:
    """Return preformatted HTML of a table that is drawn in text."""
    return f"\n<pre>\n{html.escape(table)}</pre>\n\n"


def _form_of(line: str) -> str:
    """Return whether a line's cells stand between tabs, or at least three are far apart; "" for neither, and Markdown."""
    bare = line.strip()
    if not bare or bare[0] in "#>`" or "|" in bare or len(line) > _LONGEST_LINE:
        return ""
    if "\t" in bare:
        return "tabs"
    return "spaces" if len(_SPACES.findall(bare)) >= 2 else ""


def _of_tabs(lines: list[str]) -> str:
    cells = [[cell.strip() for cell in line.rstrip("\r\n").split("\t")] for line in lines]
    return f"\n<table>{html_rows(_below_spans(cells))}</table>\n\n"


def html_rows(rows: Iterable[Iterable[str]], tag: str = "td") -> str:
    """Return rows of a table in HTML, each cell in such a tag."""
    lines = ("".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in row) for row in rows)
    return "".join(f"<tr>{line}</tr>" for line in lines)


def _below_spans(rows: list[list[str]]) -> list[list[str]]:
    """Return rows with an empty cell for each that the first cells of a row above span: a browser copies them once.

    The prices of such a row stand below those of whole rows only when counted from the right.
    """
    width = max(map(len, rows))
    priced = {i for row in rows if len(row) == width for i, cell in enumerate(row) if find_amounts(cell)}
    whole: list[list[str]] = []
    for row in rows:
        own = {i for i, cell in enumerate(row) if find_amounts(cell)}
        n_less = width - len(row)
        is_below = own and not own <= priced and {i + n_less for i in own} <= priced
        whole.append([""] * n_less + row if is_below else row)
    return whole


_FEWEST_LINES: Final = {"tabs": 2, "spaces": 3}  # titles and a row, or two where chance might align them
_LONGEST_LINE: Final = 1000  # characters
_SPACES: Final = re.compile(r"(?<=\S) {2,}(?=\S)")


def text_rows(text: str) -> list[tuple[str, ...]]:
    """Return the cells of each line; where the first line has several, those of the others stand below its cells.

    A line above a list of names and numbers is the title of the numbers.
    """
    lines = [_bare(line.expandtabs()) for line in text.splitlines()]
    pieces = [_pieces(line) for line in lines if line.strip() and not _RULE.match(line)]
    first = next((i for i, row in enumerate(pieces) if len(row) > 1), 0)
    if first and len(pieces[first]) == 2 and _NUMBER.match(pieces[first][1][2]):  # "USD per GPU-hour" above a list
        (start, end, title), (at, to, _) = pieces[first - 1][0], pieces[first][1]
        pieces[first - 1] = [(0, min(start + 1, end), "Name"), (at, to, title)]
        first -= 1
    head = pieces[first] if pieces and len(pieces[first]) > 1 else []
    return [_below(head, row) if len(row) > 1 else tuple(cell for _, _, cell in row) for row in pieces]


def _bare(line: str) -> str:
    """Return a line without the bars at its ends."""
    return re.sub(r"^(\s*)[|│║]|[|│║](\s*)$", r"\1 ", line)


def _pieces(line: str) -> list[tuple[int, int, str]]:
    """Return the start, the end and the text of each cell of a line."""
    cells: list[tuple[int, int, str]] = []
    start = 0
    for gap in [*_GAP.finditer(line), None]:
        end = gap.start() if gap else len(line)
        if cell := line[start:end].strip():
            at = start + len(line[start:end]) - len(line[start:end].lstrip())
            cells.append((at, at + len(cell), cell))
        start = gap.end() if gap else end
    return cells


def _below(head: list[tuple[int, int, str]], row: list[tuple[int, int, str]]) -> tuple[str, ...]:
    """Return a row's cells in the order of the head's columns: "" where a column has none."""
    if len(row) >= len(head):
        return tuple(cell for _, _, cell in row)
    cells = [""] * len(head)
    for start, end, cell in row:
        distances = [_distance(column, start, end) for column in head]
        nearest = distances.index(min(distances))
        if cells[nearest]:
            return tuple(text for _, _, text in row)  # two cells below one title: no table
        cells[nearest] = cell
    return tuple(cells)


def _distance(column: tuple[int, int, str], start: int, end: int) -> int:
    left, right, _ = column
    return 0 if start < right and left < end else min(abs(start - right), abs(left - end)) + 1
