"""Prints rows on stdout as a table, CSV or JSON; nothing else is printed there."""

from __future__ import annotations

import csv
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from typing import Any, Literal

from pipelines.serialize import json_value, printable, rows_as_json

Format = Literal["table", "csv", "json"]
_NARROWEST = 40  # characters of a terminal: of a narrower one, lines are wrapped
_SHORTEST_TEXT = 10  # what is left of a column of text that is cut: a date
_READABLE_TEXT = 12  # less of a text helps nobody: rather leave out a column
_SENTENCE = 24  # the same for a column of sentences, which go on below
_LONGEST_TEXT = 80  # of a cell
_RED, _GREEN, _YELLOW = 31, 32, 33
_COLOURS = {
    **dict.fromkeys(("ok", "yes", "available", "released", "sent", "delivered"), _GREEN),
    **dict.fromkeys(("stale", "partial", "limited", "needs_key", "flag", "waiting list", "waiting", "muted"), _YELLOW),
    **dict.fromkeys(("sold out", "sold_out", "broken", "blocked", "failed", "held", "rejected", "dead"), _RED),
}
_CHANGE = re.compile("[-+\u2212][0-9.,]+ ?%$")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def rounded(value: Any) -> Any:
    """Round a float to four digits, more than the cost model's accuracy; return anything else unchanged."""
    return float(f"{value:.4g}") if isinstance(value, float) else value


def terminal_width() -> int | None:
    """Return how many characters a line of the terminal has; None where stdout is no terminal."""
    return max(shutil.get_terminal_size().columns, _NARROWEST) if sys.stdout.isatty() else None


def show(
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    style: Format,
    width: int | None = None,
    may_cut: Sequence[str] | None = None,
    rank: Sequence[str] = (),
    wrap: str = "",
) -> None:
    """Print rows under columns in the given format; a table fits the terminal, and says which columns do not.

    width: where stdout is no terminal, texts are cut to lines of so many characters where they can be.
    may_cut: the columns of text that lose their ends before others do.
    rank: the columns that stay longest, most important first; others leave from the right, empty ones before them.
    wrap: the column of sentences, which are never cut: on a terminal they go on in the lines below.
    """
    if style == "table":
        _table(columns, [_checked(columns, row) for row in rows], width, may_cut, rank, wrap)
    elif style == "json":
        sys.stdout.write(rows_as_json(columns, [_checked(columns, row) for row in rows]))
    else:
        _csv(columns, rows)


def from_both_ends(columns: Sequence[str]) -> list[str]:
    """Return a `rank` for columns whose meaning nobody knows: keys mostly come first, and what is measured last."""
    n = len(columns)
    return [columns[place // 2 if place % 2 == 0 else n - 1 - place // 2] for place in range(n)]


def show_records(columns: Sequence[str], records: Iterable[Mapping[str, Any]], rank: Sequence[str] = ()) -> None:
    """Print a table of these columns of records; `rank` as in `show`."""
    show(columns, [tuple(record[column] for column in columns) for record in records], "table", rank=rank)


def _checked(columns: Sequence[str], row: Sequence[Any]) -> Sequence[Any]:
    if len(row) != len(columns):
        raise ValueError(f"every row must have {len(columns)} columns")
    return row


def _csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print CSV as the rows come; a text cell that a spreadsheet would run as a formula gets a leading apostrophe."""
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(columns)
    for row in rows:
        out.writerow([_csv_cell(v) for v in _checked(columns, row)])


def _csv_cell(value: Any) -> Any:
    """Return a value as JSON represents it, text as a spreadsheet does not run it. Frequent types are first."""
    kind = type(value)
    if kind is float:
        return value if isfinite(value) else None
    if value is None or kind is int:
        return value
    plain = json_value(value)
    return _csv_text(plain) if isinstance(plain, str) else plain


@lru_cache(maxsize=4096)  # half a million rows repeat a few hundred texts
def _csv_text(text: str) -> str:
    return f"'{printable(text)}" if text.startswith(_FORMULA) else printable(text)


def _table(
    columns: Sequence[str],
    rows: list[Sequence[Any]],
    width: int | None,
    may_cut: Sequence[str] | None,
    rank: Sequence[str],
    wrap: str,
) -> None:
    """Print aligned columns, those that fit; name the others on stderr."""
    sentences = columns.index(wrap) if wrap in columns else None
    texts = [[cell(v, None if i == sentences else _LONGEST_TEXT) for i, v in enumerate(row)] for row in rows]
    numeric = [all(isinstance(r[i], (int, float, Decimal, type(None))) for r in rows) for i in range(len(columns))]
    widths = {i: max([len(c), *(len(t[i]) for t in texts)]) for i, c in enumerate(columns)}
    may_be_cut = [i for i, name in enumerate(columns) if not numeric[i] and (may_cut is None or name in may_cut)]
    terminal = terminal_width()
    if terminal is not None:
        least = {i: min(w, _READABLE_TEXT) if i in may_be_cut else w for i, w in widths.items()}
        if sentences is not None:
            least[sentences] = min(widths[sentences], _SENTENCE)
        is_empty = [bool(rows) and not any(line[i] for line in texts) for i in widths]
        places = {name: place for place, name in enumerate(rank)}
        order = sorted(widths, key=lambda i: (is_empty[i], places.get(columns[i], len(places))))
        widths = {i: widths[i] for i in _fitting(order, least, terminal)}
    if room := terminal or width:
        others = [i for i in widths if not numeric[i] and i != sentences]
        longest = widths.get(sentences, 0) if terminal and sentences is not None else 0
        if sentences is not None and longest:
            widths[sentences] = least[sentences]
        _narrow(widths, [i for i in others if i in may_be_cut], room)
        _narrow(widths, others, room)
        if sentences is not None and longest:  # what the others leave is theirs
            free = room - sum(widths.values()) - 2 * (len(widths) - 1)
            widths[sentences] = min(longest, widths[sentences] + max(free, 0))
    _print_lines(columns, texts, widths, numeric, sentences)
    if left_out := [name for i, name in enumerate(columns) if i not in widths]:
        from pipelines.cli.console import say

        say(f"not shown, as lines have {terminal} characters: {', '.join(left_out)}; --json shows all columns")


def _print_lines(
    columns: Sequence[str],
    texts: Sequence[Sequence[str]],
    widths: Mapping[int, int],
    numeric: Sequence[bool],
    sentences: int | None,
) -> None:
    """Print the head and the rows, of each the cells of those columns that have a width."""
    for number, line in enumerate([columns, *texts]):
        for cells in _lines(line, sentences if number else None, widths):
            padded = [_pad(cells[i], w, numeric[i]) for i, w in widths.items()]
            padded[-1] = padded[-1].rstrip()
            print("  ".join(map(_coloured, padded)).rstrip() if number else bold("  ".join(padded)))


def _lines(line: Sequence[str], sentences: int | None, widths: Mapping[int, int]) -> Iterator[Sequence[str]]:
    """Yield the lines that a row takes: several where its sentences do not fit on one."""
    if sentences is None or sentences not in widths or len(line[sentences]) <= widths[sentences]:
        yield line
        return
    for number, part in enumerate(textwrap.wrap(line[sentences], widths[sentences])):
        cells = list(line) if number == 0 else [""] * len(line)
        cells[sentences] = part
        yield cells


def _fitting(order: Sequence[int], least: Mapping[int, int], width: int) -> list[int]:
    """Return the first columns of this order that fit beside each other, from left to right; one at least."""
    n_kept, room = 0, width + 2
    for i in order:
        room -= least[i] + 2
        if room < 0:
            break
        n_kept += 1
    return sorted(order[: max(n_kept, 1)])


def bold(text: str) -> str:
    """Return text in bold for a terminal that shows it; NO_COLOR turns it off."""
    return _styled(text, 1)


def _coloured(cell_text: str) -> str:
    """Return a padded cell in the colour of its meaning: green for good and cheaper, red for bad and dearer."""
    text = cell_text.strip().lower()
    colour = _COLOURS.get(text)
    if colour is None and _CHANGE.match(text):
        colour = _GREEN if text[0] in "-\u2212" else _RED
    return _styled(cell_text, colour) if colour else cell_text


def _styled(text: str, code: int) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else text


def _narrow(widths: dict[int, int], texts: list[int], width: int) -> None:
    """Shrink the widest text columns until all fit; numbers are never cut, nor text below a date's length."""
    while sum(widths.values()) + 2 * (len(widths) - 1) > width and texts:
        widest = max(texts, key=lambda i: widths[i])
        if widths[widest] <= _SHORTEST_TEXT:
            return
        widths[widest] -= 1


def _pad(text: str, width: int, right: bool) -> str:
    if len(text) > width:
        text = text[: width - 1] + "~"
    return text.rjust(width) if right else text.ljust(width)


def cell(value: Any, limit: int | None = _LONGEST_TEXT) -> str:
    """Return a value as people read it, safe for a terminal; longer text than `limit` is cut, and ends with "~"."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, Decimal):
        text = f"{value.normalize():f}"
        return text if len(text.partition(".")[2]) >= 2 else f"{value:.2f}"
    text = printable(str(value))
    return text if limit is None or len(text) <= limit else f"{text[: limit - 1]}~"
