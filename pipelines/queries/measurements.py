"""Queries of what was measured: the nearest measurement of each answer of the cost model."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from warehouse.storage.connection import Connection, DatabaseError

COLUMNS = (
    "measured_tokens_per_s_per_gpu", "measured_usd_per_m_tokens", "modelled_usd_per_m_tokens", "model_to_measured",
    "is_apart", "measured_isl", "measured_osl", "measured_concurrency", "measured_gpus", "measured_scenario",
    "measured_by", "measured_software", "measured_on", "measured_origin", "measurement_url",
)  # fmt: skip
_ASKED = ("row", "model", "gpu_spec", "weights", "isl", "osl", "batch_per_gpu", "usd_per_gpu_hour")


def nearest(con: Connection, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the nearest measurement of each row that `query.ask` gave, by COLUMNS; all None where there is none.

    Both costs are those of the measurement's own settings at the row's price, tokens of both kinds in its mix.
    """
    asked = [
        {
            "row": number, "model": row["model"], "gpu_spec": row["gpu_spec"], "weights": row["precision"],
            "isl": row["isl"], "osl": row["osl"], "usd_per_gpu_hour": _float(row["usd_per_gpu_hour"]),
            "batch_per_gpu": row["batch"] * row["replicas"] / row["gpus"] if row["batch"] else None,
        }
        for number, row in enumerate(rows)
    ]  # fmt: skip
    shape = json.dumps([{name: "varchar" if name in ("model", "gpu_spec", "weights") else "double" for name in _ASKED}])
    question = f"""
        with asked as (select unnest(from_json($rows::varchar, '{shape}'), recursive := true))
        select
            near.row::integer,
            measured_tokens_per_s_per_gpu,
            usd_per_m_mixed_tokens(measured_tokens_per_s_per_gpu, asked.usd_per_gpu_hour, near.isl, near.osl),
            usd_per_m_mixed_tokens(modelled_tokens_per_s_per_gpu, asked.usd_per_gpu_hour, near.isl, near.osl),
            modelled_tokens_per_s_per_gpu / measured_tokens_per_s_per_gpu,
            is_apart, near.isl, near.osl, concurrency, n_gpus, scenario, source, software, date, origin,
            coalesce(nullif(receipt_url, ''), source_url)
        from marts.measured_near('asked') as near
        join asked on asked.row = near.row
        """  # noqa: S608 -- columns of ours
    try:
        measured = con.execute(question, {"rows": json.dumps(asked)}).fetchall()
    except DatabaseError as failed:
        # A file that was published by an older version has no measurements. To ask for the macro first takes 25 ms.
        if "measured_near does not exist" not in str(failed):
            raise
        return [dict.fromkeys(COLUMNS) for _ in rows]
    by_row = {row: dict(zip(COLUMNS, values, strict=True)) for row, *values in measured}
    return [by_row.get(number, dict.fromkeys(COLUMNS)) for number in range(len(rows))]


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
