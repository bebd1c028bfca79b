"""Prints rows on stdout as a table, CSV or JSON; nothing else is printed there."""

from __future__ import annotations

import csv
import os
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from typing import Any, Literal

from pipelines.serialize import json_value, printable, rows_as_json

Format = Literal["table", "csv", "json"]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def rounded(value: Any) -> Any:
    """Round a float to four digits, more than the cost model's accuracy; return anything else unchanged."""
    return float(f"{value:.4g}") if isinstance(value, float) else value


def show(
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    style: Format,
    width: int | None = None,
    may_cut: Sequence[str] | None = None,
) -> None:
    """Print rows under columns in the given format; a table is narrowed to `width` where possible.

    may_cut: the columns of text that lose their ends for that before others do.
    """
    if style == "table":
        _table(columns, [_checked(columns, row) for row in rows], width, may_cut)
    elif style == "json":
        sys.stdout.write(rows_as_json(columns, [_checked(columns, row) for row in rows]))
    else:
        _csv(columns, rows)


def _checked(columns: Sequence[str], row: Sequence[Any]) -> Sequence[Any]:
    if len(row) != len(columns):
        raise ValueError(f"every row must have {len(columns)} columns")
    return row


def show_fitted(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Print a table of these columns, as wide as the terminal where there is one."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    show(columns, [tuple(row[column] for column in columns) for row in rows], "table", width)


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


def _table(columns: Sequence[str], rows: list[Sequence[Any]], width: int | None, may_cut: Sequence[str] | None) -> None:
    """Print aligned columns."""
    texts = [[cell(v) for v in row] for row in rows]
    numeric = [all(isinstance(r[i], (int, float, Decimal, type(None))) for r in rows) for i in range(len(columns))]
    widths = [max([len(c), *(len(t[i]) for t in texts)]) for i, c in enumerate(columns)]
    if width:
        texts_to_cut = [i for i, name in enumerate(columns) if not numeric[i] and (may_cut is None or name in may_cut)]
        _narrow(widths, texts_to_cut, width)
        _narrow(widths, [i for i, is_number in enumerate(numeric) if not is_number], width)
    for i, line in enumerate([columns, *texts]):
        text = "  ".join(map(_pad, line, widths, numeric)).rstrip()
        print(text if i else bold(text))


def bold(text: str) -> str:
    """Return text in bold for a terminal that shows it; NO_COLOR turns it off."""
    return f"\x1b[1m{text}\x1b[0m" if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else text


def _narrow(widths: list[int], texts: list[int], width: int) -> None:
    """Shrink the widest text columns until all fit; numbers are never cut, nor text below ten, a date's length."""
    while sum(widths) + 2 * (len(widths) - 1) > width and texts:
        widest = max(texts, key=lambda i: widths[i])
        if widths[widest] <= 10:
            return
        widths[widest] -= 1


def _pad(text: str, width: int, right: bool) -> str:
    if len(text) > width:
        text = text[: width - 1] + "~"
    return text.rjust(width) if right else text.ljust(width)


def cell(value: Any, limit: int | None = 80) -> str:
    """Return a value as people read it, safe for a terminal; text is cut at `limit`."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, Decimal):
        text = f"{value.normalize():f}"
        return text if len(text.partition(".")[2]) >= 2 else f"{value:.2f}"
    return printable(str(value))[:limit]
