"""Validates the model against measured throughput, beside the formula of the reference document."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from warehouse.costing.requests import UnreadableFile, answer_requests, read_requests
from warehouse.storage.connection import Connection, quoted

COLUMNS = (
    "scope", "grouping", "name", "n", "missing", "median_error_pct", "bias", "within_1_5x", "within_2x", "spearman",
    "seed_median_error_pct", "seed_within_2x", "seed_spearman", "is_fitted_on",
    "ranged", "range_factor", "nearest_within_1_5x", "nearest_within_2x",
)  # fmt: skip
_SCORED = Path(__file__).parent / "scored.sql"


def read_measurements(con: Connection, files: Sequence[Path]) -> None:
    """Make `measured` (row, source, measured: output tokens/s per GPU) and answerable requests of all files.

    A file without `out_tps_per_gpu` gives out_tps_total / n_gpus; one without `source` is named after itself.
    Raises UnreadableFile.
    """
    for nth, file in enumerate(files):
        read_requests(con, file)
        _read_measured(con, file, _count(con, "all_raw") if nth else 0)
        verb = "create or replace table {0} as" if nth == 0 else "insert into {0}"
        for table in ("raw", "measured"):
            con.execute(f"{verb.format('all_' + table)} from {table}")
    for table in ("raw", "measured"):
        con.execute(f"create or replace table {table} as from all_{table}")


def _read_measured(con: Connection, file: Path, before: int) -> None:
    """Make `measured` of a file, its rows numbered after those of the files before it."""
    source = f"read_csv('{quoted(file)}', header = true, all_varchar = true, nullstr = '')"
    present = {name for name, *_ in con.execute(f"describe from {source}").fetchall()}
    figures = [
        text
        for text, needs in (
            ("try_cast(out_tps_per_gpu as double)", {"out_tps_per_gpu"}),
            ("try_cast(out_tps_total as double) / try_cast(n_gpus as double)", {"out_tps_total", "n_gpus"}),
        )
        if needs <= present
    ]
    if not figures:
        raise UnreadableFile(f"{file} has no column out_tps_per_gpu: nothing in it was measured")
    name = "source" if "source" in present else f"'{quoted(file.stem)}'"
    con.execute(
        f"create or replace table measured as select {before} + row_number() over () as row, "  # noqa: S608 -- our own names
        f"coalesce({name}, '{quoted(file.stem)}') as source, coalesce({', '.join(figures)}) as figure, "
        # Of an infinite figure or none at all, errors and correlations would be neither.
        f"if(isfinite(figure), figure, null) as measured from {source}"
    )


def _count(con: Connection, table: str) -> int:
    count: int = con.execute(f"select count(*) from {table}").fetchall()[0][0]  # noqa: S608 -- our own names
    return count


def score(con: Connection) -> list[tuple[Any, ...]]:
    """Return rows of COLUMNS: totals first, then by source, GPU and model. Run `read_measurements` first."""
    answer_requests(con)
    return con.execute(f"select {', '.join(COLUMNS)} from ({_SCORED.read_text()})").fetchall()  # noqa: S608


def unscored(con: Connection) -> list[tuple[str, int]]:
    """Return why rows were left out (model or GPU without a spec), and how many."""
    return con.execute(
        "select reason, count(*) from answers where not has_specs group by all order by 2 desc, 1"
    ).fetchall()


def assumed_lengths(con: Connection) -> list[tuple[Any, ...]]:
    """Return each source with lengths that are ranges: its name, such rows, all rows, and the ends of ISL and OSL."""
    return con.execute((_SCORED.parent / "assumed_lengths.sql").read_text()).fetchall()
