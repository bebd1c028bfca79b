"""Compares quantities measured on a chip (tests/gpu/measure.py) with the constants that the cost model takes for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from warehouse.costing.requests import UnreadableFile, spec_names
from warehouse.identity.spec_names import UnknownName
from warehouse.storage.connection import Connection, DatabaseError, quoted

COLUMNS = (
    "gpu_spec", "quantity", "format", "shape", "unit", "measured", "spread", "assumed", "ratio", "is_off", "assumption",
    "reason",
)  # fmt: skip
NEEDED = ("quantity", "format", "shape", "value", "unit", "device")
MAX_ROWS = 10_000  # a machine gives about fifty
_OPTIONAL = ("spread", "reason")
_SQL = Path(__file__).parent / "constants.sql"


def read_constants(con: Connection, files: Sequence[Path], gpu: str | None = None) -> None:
    """Make the table `measurements` of all files, in their order. Raises UnreadableFile.

    gpu: the chip on which all was measured, where the name that its driver gives is not enough.
    """
    con.execute("create or replace table measurements (row bigint, gpu_spec varchar, quantity varchar, format varchar, "
                "shape varchar, value varchar, unit varchar, spread varchar, reason varchar)")  # fmt: skip
    for file in files:
        _append(con, file, gpu)
        (count,) = con.execute("select count(*) from measurements").fetchall()[0]
        if count > MAX_ROWS:
            raise UnreadableFile(f"{file} makes it {count:,} rows; at most {MAX_ROWS:,} are compared at once")


def _append(con: Connection, file: Path, gpu: str | None) -> None:
    source = f"read_csv('{quoted(file)}', header = true, all_varchar = true, nullstr = '')"
    try:
        present = {name for name, *_ in con.execute(f"describe from {source}").fetchall()}
        if absent := [name for name in NEEDED if name not in present]:
            raise UnreadableFile(
                f"{file} has no column {', '.join(absent)}: it is not what tests/gpu/measure.py writes"
            )
        columns = ", ".join(name if name in present else f"null::varchar as {name}" for name in (*NEEDED, *_OPTIONAL))
        con.execute(f"create or replace temp table written as select {columns} from {source} limit {MAX_ROWS + 1}")  # noqa: S608 -- our own names
    except DatabaseError as failed:
        raise UnreadableFile(f"{file} cannot be read as CSV: {str(failed).splitlines()[0]}") from failed
    names = spec_names(con)
    for (device,) in con.execute("select distinct device from written order by 1").fetchall():
        if device == "cpu" and gpu is None:
            raise UnreadableFile(
                f"{file} was measured on a processor (device cpu), of which the model has no constants"
            )
        try:
            spec = names.gpu(gpu or device or "")
        except UnknownName as unknown:
            raise UnreadableFile(f"{file}: {unknown}; name the chip with --gpu") from unknown
        con.execute(
            "insert into measurements select (select count(*) from measurements) + row_number() over (), $spec, "
            "quantity, format, shape, value, unit, spread, reason from written "
            "where device is not distinct from $device",
            {"spec": spec, "device": device},
        )


def compare_constants(con: Connection) -> list[tuple[Any, ...]]:
    """Return rows of COLUMNS, one per row measured. Run `read_constants` first."""
    return con.execute(f"select {', '.join(COLUMNS)} from ({_SQL.read_text()})").fetchall()  # noqa: S608 -- our own
