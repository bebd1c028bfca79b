"""Imports measured throughput from a CSV file: one's own runs, or tables that others published."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from scrapers.model import Measurement, clip, is_day
from warehouse.imports.csv_records import Fault, Unreadable, file_sha256, read_cells, require_file
from warehouse.imports.import_file import Imported, with_faults
from warehouse.storage.state_dir import Home
from warehouse.storage.throughput_landing import ThroughputScrape, land_throughput

PARSER_VERSION = "throughput-file-1"
MOST_ROWS = 1_000_000
_REQUIRED = ("model", "gpu", "isl", "osl")
_SPEEDS = ("out_tps_per_gpu", "out_tps_total")  # one of them
_WHOLE = ("n_gpus", "tp", "pp", "ep", "drafts")
_FIGURES = ("isl", "osl", "isl_low", "isl_high", "concurrency", "ttft_s", "tpot_s", *_SPEEDS)
_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,20})?")
_LONGEST = 200  # characters
_MOST = Decimal(10) ** 8
# What is less would be landed as 0: lengths and requests have three digits, times six or nine.
_LEAST = dict.fromkeys(_FIGURES, Decimal("0.001")) | {"ttft_s": Decimal("1e-6"), "tpot_s": Decimal("1e-9")}
_FIRST_DAY = datetime(2020, 1, 1, tzinfo=UTC)  # of what the warehouse reads
_ALSO = ("out_tps_total", "source_ref", "source")  # beside the columns of a Measurement
_KNOWN = {field.name for field in fields(Measurement)} | set(_ALSO)


def land_throughput_file(home: Home, path: Path, name: str, room: Path) -> Imported:
    """Land the rows of a CSV file of throughput as those of a list of that name; call it inside `only_importer`.

    A row whose cells cannot be is rejected, the others land together. The same content again lands nothing. Raises
    Unreadable (nothing can be loaded; the message says why) and OSError (disk).
    """
    require_file(path)
    results: list[Measurement] = []
    faults: list[tuple[Fault, str]] = []
    ignored = _read(path, room, results, faults)
    if not results and not faults:
        raise Unreadable("holds no rows")
    landed = land_results(home, path, name, results)
    return with_faults(home, room, landed, faults, ignored)


def land_results(home: Home, path: Path, name: str, results: Sequence[Measurement]) -> Imported:
    """Land what a file was read into; results that landed before under this name land nothing."""
    sha256 = file_sha256(path)
    if not results:
        return Imported(sha256[:16])
    now = datetime.now(UTC)
    written_at = min(datetime.fromtimestamp(path.stat().st_mtime, UTC), now)
    if written_at < _FIRST_DAY:  # a file out of an archive may have no day, and would be landed but never read
        written_at = now
    scrape = ThroughputScrape(
        name, name, f"file:{clip(path.name)}", written_at, "ok", sha256=sha256, origin="imported",
        results=tuple(results),
    )  # fmt: skip
    n_new = land_throughput(home, scrape, parser_version=PARSER_VERSION).n_new
    return Imported(sha256[:16], len(results), n_new, known=n_new == 0)


def _read(path: Path, room: Path, results: list[Measurement], faults: list[tuple[Fault, str]]) -> tuple[str, ...]:
    """Read the rows that are whole, and what is wrong with the others; return the names of ignored columns."""
    names, rows = read_cells(path, room, _check, faults, MOST_ROWS)
    for line, stated in rows:
        cells = dict.fromkeys(_KNOWN, "") | stated
        bad = [Fault(line, *what) for what in [*_faults(cells)] or _contradictions(cells)]
        faults += [(fault, clip(f"{cells['model']} on {cells['gpu']}")) for fault in bad]
        if not bad:
            results.append(_measurement(cells))
    return tuple(name for name in names if name not in _KNOWN)


def _check(names: list[str]) -> None:
    """Raise Unreadable where the header lacks a column."""
    missing = [name for name in _REQUIRED if name not in names]
    if not any(name in names for name in _SPEEDS):
        missing.append(_SPEEDS[0])
    if "out_tps_per_gpu" not in names and "n_gpus" not in names:
        missing.append("n_gpus")
    if missing or len(set(names)) < len(names):
        what = f"lacks {', '.join(missing)}" if missing else "names a column twice"
        raise Unreadable(f"holds no measured throughput: its header {what}; see docs/import.md")


def _faults(cells: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield column, value and reason of every cell that cannot be."""
    for column, cell in cells.items():
        if len(cell) > _LONGEST * (5 if column in ("extra", "source_ref", "text") else 1) or not cell.isprintable():
            yield column, clip(cell), f"is no text of up to {_LONGEST} printable characters"
    for column in ("model", "gpu", "isl", "osl"):
        if not cells[column]:
            yield column, "", "is empty"
    for column in _FIGURES:
        number = _NUMBER.fullmatch(cells[column])
        if cells[column] and not (number and _LEAST[column] <= Decimal(cells[column]) <= _MOST):
            yield column, clip(cells[column]), f"is no plain number from {_LEAST[column]:f} to {_MOST:,}"
    for column in _WHOLE:
        is_whole = re.fullmatch(r"[0-9]{1,6}(\.0+)?", cells[column])
        if cells[column] and not (is_whole and (column == "drafts" or float(cells[column]) >= 1)):
            yield column, clip(cells[column]), "is no whole number of up to six digits"
    if cells["date"] and not is_day(cells["date"]):
        yield "date", clip(cells["date"]), "is no year, month or day such as 2026-04-01"
    if not any(cells[column] for column in _SPEEDS):
        yield _SPEEDS[0], "", "is empty: nothing was measured"
    elif not cells["out_tps_per_gpu"] and not cells["n_gpus"]:
        yield "n_gpus", "", "is empty: of a total, one must know of how many GPUs"


def _contradictions(cells: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield column, value and reason where cells that can each be cannot be together."""
    low, high = cells["isl_low"], cells["isl_high"]
    if bool(low) != bool(high):
        yield ("isl_high" if low else "isl_low"), "", "is empty: a range has two ends"
    elif low and not Decimal(low) <= Decimal(cells["isl"]) <= Decimal(high):
        yield "isl", clip(cells["isl"]), f"lies outside of isl_low {clip(low)} and isl_high {clip(high)}"
    if (
        not cells["out_tps_per_gpu"]
        and Decimal(cells["out_tps_total"]) / int(float(cells["n_gpus"])) < _LEAST[_SPEEDS[0]]
    ):
        yield "out_tps_total", clip(cells["out_tps_total"]), f"is less than {_LEAST[_SPEEDS[0]]} by GPU"


def _measurement(cells: Mapping[str, str]) -> Measurement:
    def whole(name: str) -> int | None:
        return int(float(cells[name])) if cells[name] else None

    def figure(name: str) -> Decimal | None:
        return Decimal(cells[name]) if cells[name] else None

    tp, pp, total = whole("tp"), whole("pp"), figure("out_tps_total")
    n_gpus = whole("n_gpus") or (tp or 1) * (pp or 1)
    speed = figure("out_tps_per_gpu") or Decimal(total or 0) / n_gpus
    reference = cells["source_ref"] or cells["source"]
    shown = f"{total} tokens/s on {n_gpus} GPUs" if total else f"{speed} tokens/s per GPU"
    return Measurement(
        model=cells["model"], gpu=cells["gpu"], n_gpus=n_gpus, precision=cells["precision"],
        isl=Decimal(cells["isl"]), osl=Decimal(cells["osl"]), isl_low=figure("isl_low"), isl_high=figure("isl_high"),
        out_tps_per_gpu=speed, text=clip(cells["text"] or ": ".join(filter(None, (reference, shown)))),
        software=cells["software"], date=cells["date"], tp=tp, pp=pp, ep=whole("ep"), dp_attn=cells["dp_attn"],
        kv_dtype=cells["kv_dtype"], concurrency=figure("concurrency"), drafts=whole("drafts"),
        scenario=cells["scenario"], ttft_s=figure("ttft_s"), tpot_s=figure("tpot_s"), extra=cells["extra"],
        receipt_url=cells["receipt_url"] if cells["receipt_url"].startswith(("http://", "https://")) else "",
    )  # fmt: skip
