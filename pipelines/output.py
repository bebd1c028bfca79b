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
_STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def show(columns: Sequence[str], rows: Iterable[Sequence[Any]], style: Format) -> None:
    """Print rows under columns in the wanted style."""
    listed = list(rows)
    if any(len(row) != len(columns) for row in listed):
        raise ValueError(f"rows of other lengths than their {len(columns)} columns")
    {"json": _json, "csv": _csv, "table": _table}[style](columns, listed)


def tame(text: str) -> str:
    """Text without what would steer a terminal: pages are not trusted."""
    return _STEERING.sub(" ", text)


def plain(value: Any) -> Any:
    """A value as JSON has it: numbers as numbers, times as ISO 8601 in UTC."""
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
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def rows_as_json(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Rows as a JSON list of objects, with a newline at its end."""
    records = [dict(zip(columns, map(plain, row), strict=True)) for row in rows]
    text = json.dumps(records, indent=1, ensure_ascii=False)
    # Nothing is lost: what is left to escape stands inside strings.
    return _STEERING.sub(lambda hit: hit[0] if hit[0] == "\n" else f"\\u{ord(hit[0]):04x}", text) + "\n"


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


def _table(columns: Sequence[str], rows: list[Sequence[Any]]) -> None:
    """Aligned columns."""
    texts = [[_cell(v) for v in row] for row in rows]
    numeric = [all(isinstance(r[i], (int, float, Decimal, type(None))) for r in rows) for i in range(len(columns))]
    widths = [max([len(c), *(len(t[i]) for t in texts)]) for i, c in enumerate(columns)]
    bold = ("\x1b[1m", "\x1b[0m") if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else ("", "")
    for i, line in enumerate([columns, *texts]):
        before, after = ("", "") if i else bold
        print(before + "  ".join(map(_pad, line, widths, numeric)).rstrip() + after)


def _pad(text: str, width: int, right: bool) -> str:
    return text.rjust(width) if right else text.ljust(width)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, Decimal):
        text = f"{value.normalize():f}"
        return text if len(text.partition(".")[2]) >= 2 else f"{value:.2f}"
    return tame(str(value))[:80]
