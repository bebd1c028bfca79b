"""Turns values into text that is safe to show and JSON that is exact."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

# Characters that a terminal obeys instead of showing: controls (C0 and C1), line and paragraph separators, bidi marks.
_INVISIBLE = "\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069"
_CONTROLS = re.compile(f"[\x00-\x1f{_INVISIBLE}]")
_NESTED = frozenset((list, tuple, dict))
_UNESCAPED_BY_JSON = re.compile(f"[{_INVISIBLE}]")  # json escapes the others itself


def printable(text: str) -> str:
    """Replace characters that could steer a terminal with spaces: scraped text is not trusted."""
    return text if text.isprintable() else _CONTROLS.sub(" ", text)


def json_value(value: Any) -> Any:
    """Return a value as JSON represents it: numbers as numbers, times as ISO 8601 in UTC."""
    if value is None or isinstance(value, str):  # the most frequent
        return value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and abs(value) < 2**53 else float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None  # JSON cannot represent it
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [json_value(v) for v in value]
    if isinstance(value, dict):
        return {k: json_value(v) for k, v in value.items()}
    return value if isinstance(value, (int, float)) else str(value)


def rows_as_json(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return rows as a JSON list of objects, ending with a newline."""
    if not columns or len(set(columns)) < len(columns):
        records = [_slow_record(columns, row) for row in rows]  # no name, or one twice
    else:
        records = [_record(columns, row) for row in rows]
    text = ",\n".join(records)
    text = f"[\n{text}\n]" if text else "[]"
    # These characters occur only inside strings, so escaping them changes no value.
    return _UNESCAPED_BY_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"


# Python's own indenting encoder takes ten times as long as this one, of which the separators make the line breaks.
_encode_row = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",\n  ", ": "), default=json_value
).encode
_encode_value = json.JSONEncoder(ensure_ascii=False).encode


def _record(columns: Sequence[str], row: Sequence[Any]) -> str:
    """Return a row as an object with a line per column."""
    if not _NESTED.isdisjoint(map(type, row)):
        return _slow_record(columns, row)
    try:
        return f" {{\n  {_encode_row(dict(zip(columns, row, strict=True)))[1:-1]}\n }}"
    except ValueError:  # a number that JSON cannot represent
        return _slow_record(columns, row)


def _slow_record(columns: Sequence[str], row: Sequence[Any]) -> str:
    """Return the same, value by value: lists and objects within stay on their line."""
    lines = (f"  {_encode_value(name)}: {_encode_value(json_value(value))}"
             for name, value in zip(columns, row, strict=True))  # fmt: skip
    return " {\n" + ",\n".join(lines) + "\n }"


def document_as_json(document: object) -> str:
    """Return a nested document as JSON with a final newline; values as `json_value` prints them."""
    text = json.dumps(document, default=json_value, ensure_ascii=False, indent=1)
    return _UNESCAPED_BY_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"
