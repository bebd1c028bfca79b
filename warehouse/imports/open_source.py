"""Opens a file to import, CSV or Parquet, as one table of texts with row numbers."""

from __future__ import annotations

import csv
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from warehouse.imports.csv_records import LONGEST, Lines, Unreadable, header, opened, require_file, tidy
from warehouse.imports.long_format import COLUMNS, EITHER, REQUIRED
from warehouse.publish.publish import quote_name
from warehouse.storage.connection import Connection, DatabaseError, quoted

_OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True, slots=True)
class Opened:
    """An opened file: how its rows are counted ("line" of a CSV, else "row"), and ignored columns."""

    counted_by: str
    ignored: tuple[str, ...]


def open_rows(con: Connection, path: Path, folder: Path) -> Opened:
    """Make a view `raw` (row, and COLUMNS as text; '' where absent) and a table `faults` of lines that are not rows.

    `folder` gets a copy of a CSV. Raises Unreadable when nothing can be loaded, OSError when the disk fails.
    """
    require_file(path)
    with path.open("rb") as stream:
        is_parquet = stream.read(4) == b"PAR1"
    if path.suffix.lower() in (".parquet", ".pq") and not is_parquet:
        raise Unreadable("is not Parquet, in spite of its name" if path.stat().st_size else "is empty")
    con.execute('create table faults ("row" bigint, "column" varchar, value varchar, reason varchar, about varchar)')
    return _open_parquet(con, path) if is_parquet else _open_csv(con, path, folder)


def _open_parquet(con: Connection, path: Path) -> Opened:
    # A glob's characters in a file's name are characters.
    scan = f"read_parquet(['{quoted(_literal(path))}'], file_row_number = true)"
    try:
        described = con.execute(f"describe from {scan}").fetchall()
        names = [name for name, *_ in described if name != "file_row_number"]
        chosen, ignored = _choose(names)
        for name, kind, *_ in described:
            if name in chosen.values() and ("(" in kind.replace("DECIMAL(", "") or "[" in kind or kind == "BLOB"):
                raise Unreadable(f"has no text or number in its column {name}, but {kind}")
        columns = ", ".join(
            f"coalesce({quote_name(chosen[c])}::varchar, '') as {c}" if c in chosen else f"'' as {c}" for c in COLUMNS
        )
        con.execute(f'create view raw as select file_row_number + 1 as "row", {columns} from {scan}')  # noqa: S608 -- quoted
    except DatabaseError as broken:
        raise Unreadable(f"cannot be read as Parquet: {str(broken).splitlines()[0]}") from broken
    return Opened("row", ignored)


def _open_csv(con: Connection, path: Path, folder: Path) -> Opened:
    clean, faulty = folder / "rows.csv", folder / "faults.csv"
    try:
        with opened(path) as stream, clean.open("wb") as out, faulty.open("w", newline="") as fault_file:
            lines = Lines(stream)
            names = header(lines)
            chosen, ignored = _choose(names)
            faults = csv.writer(fault_file, lineterminator="\n")
            for fault in tidy(lines, len(names), out):
                faults.writerow((fault.row, fault.column, fault.value, fault.reason))
    except (EOFError, zlib.error) as cut:
        raise Unreadable(f"is packed and cannot be unpacked to its end ({cut})") from cut
    types = {"row": "bigint"} | {f"c{i}": "varchar" for i in range(len(names))}
    at = {name: f"c{i}" for i, name in enumerate(names)}
    columns = ", ".join(f"coalesce({at[chosen[c]]}, '') as {c}" if c in chosen else f"'' as {c}" for c in COLUMNS)
    con.execute(f'create view raw as select "row", {columns} from {_read_csv(clean, types)}')  # noqa: S608
    told_types = {"row": "bigint", "column": "varchar", "value": "varchar", "reason": "varchar"}
    told_columns = """"row", coalesce("column", ''), coalesce(value, ''), reason, ''"""
    con.execute(f"insert into faults select {told_columns} from {_read_csv(faulty, told_types)}")  # noqa: S608
    return Opened("line", ignored)


def _read_csv(path: Path, types: dict[str, str]) -> str:
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in types.items())
    options = (
        "auto_detect = false, header = false, new_line = '\\n', delim = ',', quote = '\"', escape = '\"', comment = ''"
    )
    return f"read_csv('{quoted(path)}', columns = {{{columns}}}, {options}, max_line_size = {4 * LONGEST})"


def _choose(names: Sequence[str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return (known column -> its name in the file, ignored names). Case does not matter in a header.

    Raises Unreadable when a required column is missing, or a known one stands twice.
    """
    plain = [name.strip().lower() for name in names]
    twice = [name for name, n in Counter(plain).items() if n > 1 and name in COLUMNS]
    if twice:
        raise Unreadable(f"has its column {', '.join(twice)} twice")
    missing = [column for column in REQUIRED if column not in plain]
    if not any(column in plain for column in EITHER):
        missing.append(" or ".join(EITHER))
    if missing:
        raise Unreadable(f"has no column {', '.join(missing)}{_advice(names)}")
    chosen = {column: names[plain.index(column)] for column in COLUMNS if column in plain}
    return chosen, tuple(name for name, bare in zip(names, plain, strict=True) if bare not in COLUMNS)


def _advice(names: Sequence[str]) -> str:
    separated = [word for mark, word in _OTHER_SEPARATORS.items() if len(names) == 1 and mark in names[0]]
    if separated:
        return f": its columns are separated by {separated[0]}; save it with commas"
    shown = ", ".join(name[:40] for name in names[:20])
    return f"; it has {shown}" if shown else ""


def _literal(path: Path) -> str:
    """Return a path with glob characters escaped."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in str(path))
