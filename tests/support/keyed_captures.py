"""Recorded pages with a key of what a right reader emits (../shared): compares rows of `gpuhour parse` with it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]
_ACCEPT = re.compile(r"accept:(?P<column>\w+)=(?P<values>[^;]*)")
# Column of the key -> column of our rows. Places and names are printed in too many ways to compare.
_COLUMNS = {
    "gpu": "gpu", "form_factor": "form_factor", "gpu_memory_gb": "gpu_memory_gb", "pricing_model": "pricing_model",
    "term_months": "term_months", "currency": "currency", "usd_per_gpu_hour": "usd_per_gpu_hour",
    "gpu_count": "gpu_count",
}  # fmt: skip


def key_rows(key: Path) -> list[dict[str, str]]:
    """Return the rows of a key; a note that begins with `unsure` makes one optional."""
    with key.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _accepted(expected: Row, column: str) -> set[str]:
    values = {str(expected[column])}
    for hit in _ACCEPT.finditer(str(expected["note"])):
        if hit["column"] == column:
            values |= {value.strip() for value in hit["values"].split("|")}
    return values


def _is_equal(column: str, expected: Row, row: Row) -> bool:
    values, own = _accepted(expected, column), row[_COLUMNS[column]]
    if "(any)" in values:
        return True
    if column == "gpu_count" and str(expected["price_unit"]).startswith("gpu") and not _is_part(own):
        return True  # a price per GPU is the same for any count
    if own in (None, ""):
        return bool(values & {"", "(empty)"}) or column == "form_factor"
    return any(_same(str(own), value) for value in values)


def _is_part(count: object) -> bool:
    return count is not None and float(str(count)) < 1


def _same(own: str, value: str) -> bool:
    try:
        return abs(float(own) - float(value)) <= max(1e-4, 1e-4 * abs(float(value)))
    except ValueError:
        return own.casefold() == value.casefold()


def compare(expected: Sequence[Row], rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Return the required rows that were not emitted, and the emitted rows that the key does not have."""
    left = list(rows)
    absent: list[Row] = []
    for row in sorted(expected, key=lambda row: row["note"].startswith("unsure")):
        match = next((own for own in left if all(_is_equal(column, row, own) for column in _COLUMNS)), None)
        if match is not None:
            left.remove(match)
        elif not row["note"].startswith("unsure"):
            absent.append(row)
    return absent, left


def keyed(folder: Path) -> Iterator[tuple[str, Path, Path]]:
    """Yield (provider, page, key) for every key beside a folder's pages."""
    pages = folder / "captures" if (folder / "captures").is_dir() else folder
    for key in sorted((folder / "expected").glob("*.csv")):
        provider, _, name = key.name.removesuffix(".csv").partition("__")
        yield provider, pages / provider / name, key
