"""Opens the files of a bill, CSV or Parquet, as one table of texts with the file and row of each line."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from warehouse.billing.focus_columns import COLUMNS, choose
from warehouse.imports.csv_records import LONGEST, Lines, Unreadable, file_sha256, header, opened, require_file, tidy
from warehouse.publish.publish import quote_name
from warehouse.storage.connection import Connection, DatabaseError, quoted

MOST_ROWS = 50_000_000  # of all files together


class UnreadableBill(Exception):
    """A bill of which nothing can be said; the message names the file, and where it can the row and column."""


def open_files(con: Connection, paths: Sequence[Path], room: Path) -> None:
    """Make the tables `bill_files` (file, path, counted_by) and `bill_text`, a view.

    `bill_text` has file, row (line of a CSV, else number of the row), every column of COLUMNS as text, '' where absent,
    and extra: the other columns beginning with x_, as JSON. room: a folder for copies, which must outlive the view.
    Raises UnreadableBill: a bill of which one line cannot be read has no total.
    """
    con.execute("create temp table bill_files (file integer, path varchar, counted_by varchar)")
    hashes: dict[str, Path] = {}
    for number, path in enumerate(paths):
        with _named(path):
            require_file(path)
            if (twin := hashes.setdefault(file_sha256(path), path)) != path:
                raise Unreadable(f"holds the same as {twin}: give each file once, or its costs count twice")
            counted_by = _copy(con, path, number, room / f"bill-{number}.parquet", room)
        con.execute("insert into bill_files values (?, ?, ?)", [number, str(path), counted_by])
    files = quoted(room / "bill-*.parquet")
    con.execute(f"create temp view bill_text as from read_parquet('{files}')")
    (rows,) = con.execute("select count(*) from bill_text").fetchall()[0]
    if not rows:
        raise UnreadableBill(f"{', '.join(map(str, paths))}: no lines below the header")
    if rows > MOST_ROWS:
        raise UnreadableBill(f"{rows:,} lines are more than {MOST_ROWS:,}: give the bill month by month")


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Put the file's name before what is wrong with it."""
    try:
        yield
    except Unreadable as wrong:
        raise UnreadableBill(f"{path}: {wrong}") from wrong
    except (EOFError, zlib.error) as cut:
        raise UnreadableBill(f"{path}: is packed and cannot be unpacked to its end ({cut}): export it again") from cut


def _copy(con: Connection, path: Path, number: int, copy: Path, room: Path) -> str:
    """Write a file's lines as Parquet of texts; return what its rows are counted by."""
    with path.open("rb") as stream:
        is_parquet = stream.read(4) == b"PAR1"
    if path.suffix.lower() in (".parquet", ".pq") and not is_parquet:
        raise Unreadable("is not Parquet, in spite of its name" if path.stat().st_size else "is empty")
    try:
        query = _parquet(con, path) if is_parquet else _csv(path, room)
        ordered = f"select {number} as file, * from ({query})"  # noqa: S608 -- names are quoted
        con.execute(f"copy ({ordered}) to '{quoted(copy)}' (format parquet, compression zstd)")
    except DatabaseError as broken:
        if "No space left" in str(broken):
            raise
        kind = "Parquet" if is_parquet else "CSV"
        raise Unreadable(f"cannot be read as {kind} to its end: {str(broken).splitlines()[0]}") from broken
    return "row" if is_parquet else "line"


def _parquet(con: Connection, path: Path) -> str:
    # A glob's characters in a file's name are characters.
    literal = "".join(f"[{c}]" if c in "*?[" else c for c in str(path))
    scan = f"read_parquet(['{quoted(literal)}'], file_row_number = true)"
    kinds = {name: kind for name, kind, *_ in con.execute(f"describe from {scan}").fetchall()}
    kinds.pop("file_row_number", None)
    chosen, extra = choose(list(kinds))
    for name in chosen.values():
        if kinds[name] == "BLOB":
            raise Unreadable(f"has bytes in its column {name}: export it as text")
    columns = _columns({ours: _as_text(name, kinds[name]) for ours, name in chosen.items()})
    others = _extra({name: quote_name(name) for name in extra})
    return f'select file_row_number + 1 as "row", {columns}, {others} from {scan}'  # noqa: S608 -- names are quoted


def _as_text(name: str, kind: str) -> str:
    """Return SQL for a cell as text. Tags come as a map or a list in Parquet; a double as the shortest decimal."""
    column = quote_name(name)
    is_nested = "[" in kind or kind.startswith(("MAP", "STRUCT"))
    return f"to_json({column})::varchar" if is_nested else f"{column}::varchar"


def _csv(path: Path, room: Path) -> str:
    clean = room / "bill.csv"
    with opened(path) as stream, clean.open("wb") as out:
        lines = Lines(stream)
        names = header(lines)
        chosen, extra = choose(names)
        for fault in tidy(lines, len(names), out):
            raise Unreadable(f"line {fault.row}: {fault.value!r} {fault.reason}: mend it or export again")
    types = {"row": "bigint"} | {f"c{i}": "varchar" for i in range(len(names))}
    at = {name: f"c{i}" for i, name in enumerate(names)}
    columns = _columns({ours: at[name] for ours, name in chosen.items()})
    others = _extra({name: at[name] for name in extra})
    listed = ", ".join(f"'{name}': '{kind}'" for name, kind in types.items())
    options = (
        "auto_detect = false, header = false, new_line = '\\n', delim = ',', quote = '\"', escape = '\"', comment = ''"
    )
    scan = f"read_csv('{quoted(clean)}', columns = {{{listed}}}, {options}, max_line_size = {4 * LONGEST})"
    return f'select "row", {columns}, {others} from {scan}'  # noqa: S608 -- names are ours


def _columns(by_column: dict[str, str]) -> str:
    return ", ".join(
        f"coalesce({by_column[column]}, '') as {column}" if column in by_column else f"'' as {column}"
        for column in COLUMNS
    )


def _extra(by_name: dict[str, str]) -> str:
    """Return SQL for the other columns of a provider's export as a JSON object."""
    pairs = ", ".join(f"'{quoted(name)}', {cell}" for name, cell in by_name.items())
    return f"json_object({pairs})::varchar as extra"
