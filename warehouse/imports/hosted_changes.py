"""Imports dated changes of hosted prices, as the git history of a published list tells them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from scrapers.model import clip
from warehouse.imports.csv_records import Fault, Unreadable, file_sha256, read_cells, require_file
from warehouse.imports.import_file import Imported, with_faults
from warehouse.storage.hosted_landing import PRICE_TYPES, SCRAPE_TYPES
from warehouse.storage.landing import write_landing
from warehouse.storage.state_dir import Home

PARSER_VERSION = "hosted-changes-1"  # part of the landing id, as for import_file
# A list -> the repository whose commits its changes name: their receipts.
REPOSITORIES = {
    "genai-prices": "pydantic/genai-prices", "models.dev": "sst/models.dev", "litellm": "BerriAI/litellm",
}  # fmt: skip
MOST_ROWS = 1_000_000
_REQUIRED = ("seen_at", "provider", "model", "field", "commit")
_MONEY = (("old", "old_usd_per_mtok"), ("new", "new_usd_per_mtok"))  # one of each; all are USD per million tokens
_KINDS = {
    "input_mtok": "input", "input": "input", "input_cost_per_token": "input",
    "output_mtok": "output", "output": "output", "output_cost_per_token": "output",
    "cache_read_mtok": "cached_input", "cache_read": "cached_input", "cache_read_input_token_cost": "cached_input",
    "cache_write_mtok": "cache_write", "cache_write": "cache_write", "cache_creation_input_token_cost": "cache_write",
    "input_cost_per_token_batches": "batch_input", "output_cost_per_token_batches": "batch_output",
}  # fmt: skip
_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,25})?([eE]-?\d{1,2})?")
_LARGEST = Decimal(10) ** 9
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_LONGEST = 200  # characters of a name
Row = dict[str, Any]


def land_changes(home: Home, path: Path, of: str, room: Path) -> Imported:
    """Land the changes of a list, a key of REPOSITORIES; call it inside `only_importer`, with its folder.

    A row whose cells cannot be is rejected, the others land together. The same content again lands nothing. Raises
    Unreadable (nothing can be loaded; the message says why) and OSError (disk).
    """
    require_file(path)
    sha256 = file_sha256(path)
    landing_id = hashlib.sha256(f"{PARSER_VERSION} {of} {sha256}".encode()).hexdigest()[:16]
    if any((home.landing / "hosted_scrapes" / f"import-{of}").glob(f"*-{landing_id}.parquet")):
        return Imported(landing_id, known=True)
    rows: list[Row] = []
    faults: list[tuple[Fault, str]] = []
    ignored = _read(path, room, rows, faults)
    if not rows and not faults:
        raise Unreadable("holds no rows")
    if rows:
        _land(home, of, landing_id, sha256, rows, clip(path.name))
    return with_faults(home, room, Imported(landing_id, len(rows), len(rows)), faults, ignored)


def _read(path: Path, room: Path, rows: list[Row], faults: list[tuple[Fault, str]]) -> tuple[str, ...]:
    """Read the rows that are whole, and what is wrong with the others; return the names of ignored columns."""
    names, stated = read_cells(path, room, _check, faults, MOST_ROWS)
    money = _money(names)
    for line, cells in stated:
        bad = [Fault(line, *what) for what in _faults(cells, money)]
        about = clip(f"{cells['provider']} {cells['model']} {cells['field']}")
        faults += [(fault, about) for fault in bad]
        if not bad:
            rows.append(_row(cells, money))
    return tuple(name for name in names if name not in (*_REQUIRED, *money))


def _money(names: list[str]) -> tuple[str, str]:
    """Return the names of the columns of the old and new price; empty for one that is not there."""
    old, new = (next((name for name in either if name in names), "") for either in _MONEY)
    return old, new


def _check(names: list[str]) -> None:
    """Raise Unreadable where the header lacks a column."""
    missing = [name for name in _REQUIRED if name not in names]
    missing += [either[0] for either, name in zip(_MONEY, _money(names), strict=True) if not name]
    if missing or len(set(names)) < len(names):
        what = f"lacks {', '.join(missing)}" if missing else "names a column twice"
        raise Unreadable(f"is no list of changes: its header {what}; see docs/import.md")


def _faults(cells: Mapping[str, str], money: tuple[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield column, value and reason of every cell that cannot be."""
    for column in ("provider", "model"):
        text = unquote(cells[column])
        if len(text) > _LONGEST or not text.isprintable() or not (text or column == "provider"):
            yield column, clip(cells[column]), f"is no name of up to {_LONGEST} printable characters"
    if cells["field"] not in _KINDS:
        yield "field", clip(cells["field"]), f"is none of {', '.join(_KINDS)}"
    if not _COMMIT.fullmatch(cells["commit"]):
        yield "commit", clip(cells["commit"]), "is no commit: 7 to 64 hexadecimal digits"
    for column in money:
        is_number = _NUMBER.fullmatch(cells[column])
        if cells[column] and not (is_number and abs(Decimal(cells[column])) <= _LARGEST):
            yield column, clip(cells[column]), "is no plain number of up to a thousand million"
    if not (cells[money[0]] or cells[money[1]]):
        yield money[1], "", "is empty, as the old price is: nothing changed"
    try:
        seen_at = datetime.fromisoformat(cells["seen_at"])
    except ValueError:
        yield "seen_at", clip(cells["seen_at"]), "is no ISO 8601 time"
        return
    if not seen_at.tzinfo:
        yield "seen_at", clip(cells["seen_at"]), "has no time zone"
    elif not datetime(2020, 1, 1, tzinfo=UTC) <= seen_at <= datetime.now(UTC) + timedelta(days=1):
        yield "seen_at", clip(cells["seen_at"]), "is not between 2020 and tomorrow"


def _row(cells: Mapping[str, str], money: tuple[str, str]) -> Row:
    old, new = (cells[column] or None for column in money)
    return dict.fromkeys(PRICE_TYPES) | {
        "host": unquote(cells["provider"]), "model": unquote(cells["model"]), "kind": _KINDS[cells["field"]],
        "above_tokens": "0", "hours_utc": "", "price": new, "price_before": old, "unit": "m_tokens",
        "captured_at": datetime.fromisoformat(cells["seen_at"]).astimezone(UTC).isoformat(), "sha256": cells["commit"],
        "text": f"{cells['field']}: {old or 'not listed'} -> {new or 'not listed'}",
    }  # fmt: skip


def _land(home: Home, of: str, landing_id: str, sha256: str, rows: list[Row], detail: str) -> None:
    """Write prices, then the attempt: prices count only with it, so a kill in between lands nothing half."""
    commits = f"https://github.com/{REPOSITORIES[of]}/commit/"
    first, newest = (pick(row["captured_at"] for row in rows) for pick in (min, max))
    file = f"{datetime.fromisoformat(newest):%Y-%m-%dT%H%M%SZ}-{landing_id}.parquet"
    whose = {"landing_id": landing_id, "list": of}
    prices = [row | whose | {"source_url": commits + row["sha256"]} for row in rows]
    attempt = whose | {
        "landed_at": datetime.now(UTC).isoformat(), "origin": "imported", "parser_version": PARSER_VERSION,
        "url": f"https://github.com/{REPOSITORIES[of]}", "captured_at": newest, "status": "ok", "detail": detail,
        "sha256": sha256, "n_prices": str(len(rows)), "watched_from": first,
    }  # fmt: skip
    write_landing(home.landing / "hosted_prices" / f"import-{of}" / file, prices, PRICE_TYPES)
    write_landing(home.landing / "hosted_scrapes" / f"import-{of}" / file, [attempt], SCRAPE_TYPES)
