"""Estimates the time and cost of a training run on priced GPUs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from warehouse.costing.query import write_offers
from warehouse.storage.connection import Connection

COLUMNS = (
    "usd", "gpu_hours", "days", "gpu_spec", "gpus", "usd_per_gpu_hour", "provider", "instance", "region",
    "gpu_count", "availability", "pricing_model", "term_months", "list_usd_per_gpu_hour", "discount_pct",
    "last_seen_on", "is_form_assumed", "source_url",
    "nominal_usd", "params", "tokens", "chinchilla_tokens", "flop", "tflops", "mfu", "full_gb", "lora_gb", "qlora_gb",
    "zero3_gb_per_gpu", "theta_version", "reason",
)  # fmt: skip
_SQL = Path(__file__).parent / "training.sql"


def runs(
    con: Connection,
    params: float,
    tokens: float | None,
    specs: Sequence[str],
    offers: Sequence[Mapping[str, object]],
    gpus: int | None,
    mfu: float | None,
) -> list[tuple[Any, ...]]:
    """Return rows of COLUMNS, cheapest first; then, with the reason, those that cannot hold the run.

    tokens None: 20 per parameter; mfu None: as training runs report.
    """
    write_offers(con, offers)
    con.execute("create or replace table run_specs as select unnest($specs::varchar[]) as spec", {"specs": specs})
    con.execute(
        "create or replace table run as select $params::double as params, $tokens::double as tokens_given, "
        "$gpus::integer as gpus, $mfu::double as mfu_given",
        {"params": params, "tokens": tokens, "gpus": gpus, "mfu": mfu},
    )
    return con.execute(f"select {', '.join(COLUMNS)} from ({_SQL.read_text()})").fetchall()  # noqa: S608 -- our own
