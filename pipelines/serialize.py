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
_UNESCAPED_BY_JSON = re.compile(f"[{_INVISIBLE}]")  # json escapes the others itself


def printable(text: str) -> str:
    """Replace characters that could steer a terminal with spaces: scraped text is not trusted."""
    return _CONTROLS.sub(" ", text)


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
    # Python's own indenting encoder takes three times as long, which shows with 150,000 rows.
    encode = json.JSONEncoder(ensure_ascii=False).encode
    names = [encode(column) for column in columns]
    records = (
        ",\n".join(f"  {name}: {encode(json_value(value))}" for name, value in zip(names, row, strict=True))
        for row in rows
    )
    text = ",\n".join(f" {{\n{record}\n }}" for record in records)
    text = f"[\n{text}\n]" if text else "[]"
    # These characters occur only inside strings, so escaping them changes no value.
    return _UNESCAPED_BY_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"


def document_as_json(document: object) -> str:
    """Return a nested document as JSON with a final newline; values as `json_value` prints them."""
    text = json.dumps(document, default=json_value, ensure_ascii=False, indent=1)
    return _UNESCAPED_BY_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"
