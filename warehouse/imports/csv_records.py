"""Normalises any CSV to a clean one with line numbers: lines that are not rows are reported, the rest continues.

A database's CSV reader knows neither the line of a row behind quoted line breaks nor how to go on after a quote that
is never closed; a report of bad rows needs both.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

from scrapers.model import clip

LONGEST = 1 << 20  # bytes of one record; a longer one is not a row of prices
MOST_LINES = 1000  # of one record: a quote still open then is never closed
_PACKED = {b"PK\x03\x04": "zip", b"\x28\xb5\x2f\xfd": "zstd", b"\xfd7zXZ": "xz", b"BZh": "bzip2", b"7z\xbc\xaf": "7z"}


class Unreadable(Exception):
    """A file of which nothing can be loaded; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row cannot be loaded. `row` is the line of a CSV, else the number of the row, from 1."""

    row: int
    column: str  # empty: the row as a whole
    value: str
    reason: str


@dataclass(slots=True)
class Lines:
    """Physical lines of a stream with their numbers; lines can be given back."""

    stream: IO[bytes]
    number: int = 0
    given_back: deque[tuple[int, bytes]] = field(default_factory=deque)

    def take(self) -> tuple[int, bytes] | None:
        """Return the next line without its end, at most LONGEST + 1 bytes (the rest of a longer one is skipped)."""
        if self.given_back:
            return self.given_back.popleft()
        line = self.stream.readline(LONGEST + 1)
        if not line:
            return None
        self.number += 1
        end = line
        while len(end) > LONGEST and not end.endswith(b"\n"):
            end = self.stream.readline(LONGEST + 1)
        return self.number, line.removesuffix(b"\n").removesuffix(b"\r")


def require_file(path: Path) -> None:
    """Raise Unreadable where a path is no file."""
    if not path.is_file():
        raise Unreadable("is a folder, no file" if path.is_dir() else "does not exist")


def file_sha256(path: Path) -> str:
    """Return the hash of a file's content; empty where there is none."""
    if not path.is_file():
        return ""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def opened(path: Path) -> IO[bytes]:
    """Open the file's text as bytes, unpacked when gzip. Raises Unreadable for other packings and for UTF-16."""
    with path.open("rb") as stream:
        start = stream.read(8)
    for magic, name in _PACKED.items():
        if start.startswith(magic):
            raise Unreadable(f"is packed ({name}): unpack it first; .csv, .csv.gz and .parquet are read")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("is UTF-16 text: save it as UTF-8")
    is_gzip = start.startswith(b"\x1f\x8b")
    return cast("IO[bytes]", gzip.open(path)) if is_gzip else path.open("rb")


def header(lines: Lines) -> list[str]:
    """Return the names in the first line that is not blank. Raises Unreadable if there are none."""
    while (taken := lines.take()) is not None:
        line = taken[1].removeprefix(b"\xef\xbb\xbf")
        if not line.strip():
            continue
        if b"\0" in line:
            raise Unreadable("is neither CSV text nor Parquet")
        if len(line) > LONGEST // 16 or b"\r" in line:
            raise Unreadable("has no header line that ends with a line feed: save it with Unix or Windows line ends")
        try:
            return next(csv.reader([line.decode()], strict=True))
        except (UnicodeDecodeError, csv.Error) as wrong:
            raise Unreadable(f"has a header that cannot be read ({wrong})") from wrong
    raise Unreadable("is empty")


def read_cells(
    path: Path, room: Path, check: Callable[[list[str]], None], faults: list[tuple[Fault, str]], most_rows: int
) -> tuple[list[str], Iterator[tuple[int, dict[str, str]]]]:
    """Return the names of a file's header, in lower case, and its rows: their line, and their cells by name.

    check: raises Unreadable where the header lacks a column. faults: gets the lines that are no row. room: a folder for
    the tidy file. Raises Unreadable, while reading also for more than `most_rows` rows.
    """
    clean = room / "tidy.csv"
    try:
        with opened(path) as stream, clean.open("wb") as out:
            lines = Lines(stream)
            names = [name.strip().lower() for name in header(lines)]
            check(names)
            faults += [(fault, "") for fault in tidy(lines, len(names), out)]
    except (EOFError, OSError) as broken:
        raise Unreadable(f"cannot be read to its end: {broken}") from broken
    return names, _cells(clean, names, most_rows)


def _cells(clean: Path, names: list[str], most_rows: int) -> Iterator[tuple[int, dict[str, str]]]:
    with clean.open(newline="", encoding="utf-8") as stream:
        for number, record in enumerate(csv.reader(stream)):
            if number >= most_rows:
                raise Unreadable(f"holds more than {most_rows:,} rows: split it")
            yield int(record[0]), dict(zip(names, (cell.strip() for cell in record[1:]), strict=True))


def tidy(lines: Lines, width: int, out: IO[bytes]) -> Iterator[Fault]:
    """Write the rest as CSV with the line number before each row; yield what is not a row of `width` fields.

    Line breaks and NULs inside quoted cells are written as U+0001, a control character too: a row stays a line.
    Rows that are wholly empty are passed over. Raises OSError and EOFError for a file that cannot be read to its end.
    """
    commas = width - 1
    while (taken := lines.take()) is not None:
        number, line = taken
        if not line.strip(b", \t\r"):
            continue
        if _is_plain(line) and line.count(b",") == commas:
            out.write(b"%d,%s\n" % (number, line))
            continue
        record = _record(lines, number, line)
        if isinstance(record, Fault):
            yield record
        elif len(record) != width:
            yield Fault(number, "", _start(line), f"has {len(record)} fields where the header has {width}")
        else:
            out.write(f"{number},{','.join(map(_cell, record))}\n".encode())


def _is_plain(line: bytes) -> bool:
    """Return whether a line is a record as it stands: nearly all are, and this is quick."""
    return line.isascii() and not (b'"' in line or b"\r" in line or b"\0" in line) and len(line) <= LONGEST


def _record(lines: Lines, number: int, line: bytes) -> list[str] | Fault:
    """Return the record that begins in this line, and give back lines that turn out not to belong to it."""
    if len(line) > LONGEST:
        return Fault(number, "", _start(line), f"is longer than {LONGEST:,} bytes")
    taken: list[tuple[int, bytes]] = []

    def texts() -> Iterator[str]:
        size = len(line)
        yield _text(line)
        while len(taken) < MOST_LINES and size <= LONGEST and (more := lines.take()) is not None:
            taken.append(more)
            size += len(more[1])
            yield "\n" + _text(more[1])

    try:
        return next(csv.reader(texts(), strict=True))
    except UnicodeDecodeError:
        reason = "is not UTF-8 text"
    except csv.Error as wrong:
        is_open = "unexpected end" in str(wrong)
        reason = "opens a quote that is not closed" if is_open else f"is not CSV ({wrong})"
    lines.given_back.extendleft(reversed(taken))
    return Fault(number, "", _start(line), reason)


def _text(line: bytes) -> str:
    """Decode a line; characters that end a line or a text elsewhere become U+0001, for the cell rules to report."""
    return line.decode().replace("\0", "\x01").replace("\r", "\x01")


def _cell(text: str) -> str:
    flat = text.replace("\n", "\x01")
    return '"' + flat.replace('"', '""') + '"' if '"' in flat or "," in flat else flat


def _start(line: bytes) -> str:
    return clip(line[:200].decode(errors="replace"))
