"""Answers a file of requests: CSV in the columns of throughput tables, one answer per row, measured columns unread."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from warehouse.connection import Connection, DatabaseError, quoted
from warehouse.costing.names import UnknownName, gpu_spec, model_spec

# Everything that is ever read of a file; what was measured (tokens per second, TTFT, TPOT) is not among it.
COLUMNS = ("model", "gpu", "n_gpus", "tp", "pp", "ep", "dp_attn", "precision", "kv_dtype", "isl", "osl", "concurrency",
           "scenario", "extra")  # fmt: skip
NEEDED = ("model", "gpu", "precision", "isl", "osl")
ANSWER = ("row", "output_tokens_per_s_per_gpu", "ttft_s", "tpot_s", "tp", "replicas", "in_scope", "reason")
_SQL = Path(__file__).parent


class UnreadableFile(Exception):
    """The file is no CSV with the columns that are needed; the message says which it lacks."""


def read_requests(con: Connection, file: Path) -> None:
    """Make the table `raw`: row (1-based, in the file's order), the text columns of COLUMNS, model_spec, gpu_spec, unknown.

    Raises UnreadableFile.
    """
    source = f"read_csv('{quoted(file)}', header = true, all_varchar = true, nullstr = '')"
    try:
        present = {name for name, *_ in con.execute(f"describe from {source}").fetchall()}
        absent = [name for name in NEEDED if name not in present]
        if absent:
            raise UnreadableFile(f"{file} has no column {', '.join(absent)}; needed are {', '.join(NEEDED)}")
        empty = ", ".join(f"null::varchar as {name}" for name in COLUMNS)
        asked = ", ".join(name for name in COLUMNS if name in present)
        con.execute(
            f"create or replace table written as select row_number() over () as row, * from "  # noqa: S608 -- our own names
            f"(select {empty} where false union all by name select {asked} from {source})"
        )
    except DatabaseError as failed:
        raise UnreadableFile(f"{file} cannot be read as CSV: {str(failed).splitlines()[0]}") from failed
    _resolve(con, "model", model_spec)
    _resolve(con, "gpu", gpu_spec)
    con.execute(
        "create or replace table raw as select w.*, m.spec as model_spec, g.spec as gpu_spec, "
        "coalesce(m.unknown, g.unknown) as unknown from written as w "
        "left join model_labels as m on m.label is not distinct from w.model "
        "left join gpu_labels as g on g.label is not distinct from w.gpu"
    )


def _resolve(con: Connection, column: str, spec_of: Callable[[str], str]) -> None:
    """Make <column>_labels: each distinct label once, with its spec or why it has none."""
    found: list[dict[str, Any]] = []
    for (label,) in con.execute(f"select distinct {column} from written order by 1").fetchall():  # noqa: S608
        try:
            found.append({"label": label, "spec": spec_of(label or ""), "unknown": None})
        except UnknownName as absent:
            found.append({"label": label, "spec": None, "unknown": str(absent)})
    # As text in the query: DuckDB would import pandas to look at a bound parameter.
    con.execute(
        f"create or replace table {column}_labels as select unnest(from_json('{quoted(json.dumps(found))}', "
        """'[{"label":"varchar","spec":"varchar","unknown":"varchar"}]'), recursive := true)"""
    )


def answer_requests(con: Connection) -> None:
    """Make `answers` of `raw`: the columns of ANSWER, and what they rest on. Run `read_requests` first."""
    for name in ("read", "candidates", "answers"):
        con.execute(f"create or replace table {name} as {(_SQL / f'{name}.sql').read_text()}")
