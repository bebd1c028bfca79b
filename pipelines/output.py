"""Prints rows for people and programs: table, CSV or JSON on stdout; nothing else goes there."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

Format = Literal["table", "csv", "json"]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def show(columns: Sequence[str], rows: Iterable[Sequence[Any]], style: Format) -> None:
    """Print rows under columns in the wanted style."""
    {"json": _json, "csv": _csv, "table": _table}[style](columns, list(rows))


def plain(value: Any) -> Any:
    """A value as JSON has it: numbers as numbers, times as ISO 8601 in UTC."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and abs(value) < 2**53 else float(value)
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
    return json.dumps(records, indent=1, ensure_ascii=False) + "\n"


def _json(columns: Sequence[str], rows: list[Sequence[Any]]) -> None:
    sys.stdout.write(rows_as_json(columns, rows))


def _csv(columns: Sequence[str], rows: list[Sequence[Any]]) -> None:
    """A text cell that a spreadsheet would run as a formula gets an apostrophe before it."""
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(columns)
    for row in rows:
        cells = (plain(v) for v in row)
        out.writerow([f"'{c}" if isinstance(c, str) and c.startswith(_FORMULA) else c for c in cells])


def _table(columns: Sequence[str], rows: list[Sequence[Any]]) -> None:
    """Aligned columns. Control characters are dropped: a page must not steer the terminal."""
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
    text = str(value)
    return "".join(c if c.isprintable() else " " for c in text)[:80]
