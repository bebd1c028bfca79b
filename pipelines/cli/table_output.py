"""Prints rows for people and programs: table, CSV or JSON on stdout; nothing else goes there."""

from __future__ import annotations

import csv
import json
import math
import os
import re
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

Format = Literal["table", "csv", "json"]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# What a terminal obeys, not shows: controls (C1 too), line and paragraph separators, changes of writing direction.
_UNSEEN = "\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069"
_STEERING = re.compile(f"[\x00-\x1f{_UNSEEN}]")
_LEFT_BY_JSON = re.compile(f"[{_UNSEEN}]")  # it escapes the other controls itself


def show(columns: Sequence[str], rows: Iterable[Sequence[Any]], style: Format, width: int | None = None) -> None:
    """Print rows under columns in the wanted style; a table at most `width` wide, where that can be."""
    listed = list(rows)
    if any(len(row) != len(columns) for row in listed):
        raise ValueError(f"rows of other lengths than their {len(columns)} columns")
    if style == "table":
        _table(columns, listed, width)
    else:
        {"json": _json, "csv": _csv}[style](columns, listed)


def tame(text: str) -> str:
    """Text without what would steer a terminal: pages are not trusted."""
    return _STEERING.sub(" ", text)


def plain(value: Any) -> Any:
    """A value as JSON has it: numbers as numbers, times as ISO 8601 in UTC."""
    if value is None or isinstance(value, str):  # most are
        return value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and abs(value) < 2**53 else float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None  # JSON has no word for it
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    return value if isinstance(value, (int, float)) else str(value)


def rows_as_json(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Rows as a JSON list of objects, with a newline at its end."""
    # Python's own indenting encoder takes three times as long, and 150,000 rows are a wait.
    encode = json.JSONEncoder(ensure_ascii=False).encode
    names = [encode(column) for column in columns]
    records = (
        ",\n".join(f"  {name}: {encode(plain(value))}" for name, value in zip(names, row, strict=True)) for row in rows
    )
    text = ",\n".join(f" {{\n{record}\n }}" for record in records)
    text = f"[\n{text}\n]" if text else "[]"
    # Nothing is lost: what is left to escape stands inside strings.
    return _LEFT_BY_JSON.sub(lambda hit: f"\\u{ord(hit[0]):04x}", text) + "\n"


def _json(columns: Sequence[str], rows: list[Sequence[Any]]) -> None:
    sys.stdout.write(rows_as_json(columns, rows))


def _csv(columns: Sequence[str], rows: list[Sequence[Any]]) -> None:
    """A text cell that a spreadsheet would run as a formula gets an apostrophe before it."""
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(columns)
    for row in rows:
        out.writerow([_csv_cell(plain(v)) for v in row])


def _csv_cell(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return f"'{tame(value)}" if value.startswith(_FORMULA) else tame(value)


def _table(columns: Sequence[str], rows: list[Sequence[Any]], width: int | None) -> None:
    """Aligned columns."""
    texts = [[cell(v) for v in row] for row in rows]
    numeric = [all(isinstance(r[i], (int, float, Decimal, type(None))) for r in rows) for i in range(len(columns))]
    widths = [max([len(c), *(len(t[i]) for t in texts)]) for i, c in enumerate(columns)]
    if width:
        _narrow(widths, [i for i, is_number in enumerate(numeric) if not is_number], width)
    bold = ("\x1b[1m", "\x1b[0m") if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else ("", "")
    for i, line in enumerate([columns, *texts]):
        before, after = ("", "") if i else bold
        print(before + "  ".join(map(_pad, line, widths, numeric)).rstrip() + after)


def _narrow(widths: list[int], texts: list[int], width: int) -> None:
    """Take from the widest text columns until all fit; numbers are never cut, nor text below ten, a date's length."""
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
    """A value as people read it, harmless to a terminal; text is cut at `limit`."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, Decimal):
        text = f"{value.normalize():f}"
        return text if len(text.partition(".")[2]) >= 2 else f"{value:.2f}"
    return tame(str(value))[:limit]
