"""Files of measured throughput: cells that cannot be are rejected, alone and beside each other, and days are read."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.worlds import rows
from warehouse.imports.import_file import Imported
from warehouse.imports.throughput_file import land_throughput_file
from warehouse.storage.connection import scratch
from warehouse.storage.state_dir import Home

WHOLE = {"model": "llama-3.1-8b", "gpu": "H100 SXM", "n_gpus": "2", "isl": "512", "osl": "256",
         "out_tps_per_gpu": "1500"}  # fmt: skip


def land(folder: Path, *facts: dict[str, str], written: datetime | None = None) -> Imported:
    """Import a file of rows that state WHOLE with some other facts."""
    every = [WHOLE | some for some in facts]
    names = list(dict.fromkeys(name for row in every for name in row))
    file, room = folder / "measured.csv", folder / "room"
    room.mkdir()
    file.write_text("".join(",".join(row) + "\n" for row in (names, *([r.get(n, "") for n in names] for r in every))))
    if written:
        os.utime(file, (written.timestamp(), written.timestamp()))
    return land_throughput_file(Home(folder / "home"), file, "mine", room)


@pytest.mark.parametrize(("facts", "column", "words"), [
    ({"out_tps_per_gpu": "0.00000000000001"}, "out_tps_per_gpu", "from 0.001 to"),
    ({"out_tps_per_gpu": "", "out_tps_total": "0.001"}, "out_tps_total", "is less than 0.001 by GPU"),
    ({"isl": "0.0001"}, "isl", "from 0.001 to"), ({"osl": "0.0001"}, "osl", "from 0.001 to"),
    ({"concurrency": "0.0001"}, "concurrency", "from 0.001 to"), ({"tpot_s": "0.0000000001"}, "tpot_s", "from 0.00"),
    ({"ttft_s": "0"}, "ttft_s", "from 0.000001 to"), ({"ttft_s": "1000000000"}, "ttft_s", "100,000,000"),
    ({"isl": "\u0663"}, "isl", "no plain number"), ({"n_gpus": "\u0663"}, "n_gpus", "no whole number"),
    ({"date": "2026-13-99"}, "date", "no year, month or day"), ({"date": "2026-02-30"}, "date", "no year"),
    ({"isl_low": "100"}, "isl_high", "a range has two ends"), ({"isl_high": "900"}, "isl_low", "two ends"),
    ({"isl_low": "900", "isl_high": "100"}, "isl", "lies outside of isl_low 900 and isl_high 100"),
    ({"isl_low": "600", "isl_high": "900"}, "isl", "lies outside"),
])  # fmt: skip
def test_a_row_that_cannot_be_is_rejected(tmp_path: Path, facts: dict[str, str], column: str, words: str) -> None:
    imported = land(tmp_path, {}, facts)
    assert (imported.landed, imported.rejected) == (1, 1)
    ((fault, _),) = imported.faults
    assert (fault.row, fault.column) == (3, column) and words in fault.reason


def test_the_least_that_is_taken_stays_above_nothing(tmp_path: Path) -> None:
    land(tmp_path, {"out_tps_per_gpu": "0.001", "isl": "0.001", "osl": "0.001", "concurrency": "0.001",
                    "ttft_s": "0.000001", "tpot_s": "0.000000001", "isl_low": "0.001", "isl_high": "7"})  # fmt: skip
    with scratch() as con:
        (row,) = rows(con, f"from read_parquet('{Home(tmp_path / 'home').landing}/throughput_rows/mine/*.parquet')")
    figures = [row[name] for name in ("out_tps_per_gpu", "isl", "osl", "concurrency", "ttft_s", "tpot_s", "isl_low")]
    assert all(figure > 0 for figure in figures)


@pytest.mark.parametrize("written", [datetime(1980, 1, 1, tzinfo=UTC), datetime(2098, 1, 1, tzinfo=UTC)])
def test_a_file_without_a_day_of_its_own_is_of_today(tmp_path: Path, written: datetime) -> None:
    land(tmp_path, {}, written=written)
    with scratch() as con:
        (row,) = rows(con, f"from read_parquet('{Home(tmp_path / 'home').landing}/throughput_rows/mine/*.parquet')")
    assert abs((row["captured_at"] - datetime.now(UTC)).total_seconds()) < 3600
