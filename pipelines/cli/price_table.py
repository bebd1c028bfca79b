"""Prints prices: every column for programs, and those that fit a terminal for people."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from pipelines.cli.table_output import Format, show

_WIDTH = 100  # where there is no terminal
_CUT = ("provider", "instance", "region")
_RANK = ("usd/gpu-h", "gpus", "provider", "price", "stock", "instance", "region")
_STOCK = {"unknown": "", "available": "yes"}
_TABLE = ("usd/gpu-h", "gpus", "provider", "instance", "region", "price", "stock", "age")


def show_prices(rows: list[tuple[Any, ...]], style: Format) -> None:
    """Print rows of PRICE_COLUMNS: all columns for programs, those for people in a table."""
    from pipelines.queries.current_prices import PRICE_COLUMNS

    if style != "table":
        show(PRICE_COLUMNS, rows, style)
        return
    show(_TABLE, [_short(dict(zip(PRICE_COLUMNS, row, strict=True))) for row in rows], "table", _WIDTH, _CUT, _RANK)


def _count(gpus: Decimal) -> str:
    """Return a number of GPUs, a part of one as a fraction: 1/6."""
    return f"{gpus.normalize():f}" if gpus >= 1 else str(Fraction(gpus).limit_denominator(64))


def _short(row: dict[str, Any]) -> tuple[Any, ...]:
    memory = f"{row['gpu_memory_gb'].normalize():f}GB" if row["gpu_memory_gb"] is not None else ""
    model = str(row["pricing_model"]).replace("_", " ")
    if row["is_floor"]:
        model = f"from, {model}"
    count = "" if row["gpu_count"] is None else f"{_count(row['gpu_count'])}x"
    return (
        row["usd_per_gpu_hour"],
        " ".join(filter(None, (count, row["gpu"], row["form_factor"], memory))),
        row["provider"],
        row["instance"],
        row["region"],
        f"{model} {row['term_months']}m" if row["term_months"] else model,
        _STOCK.get(row["availability"], str(row["availability"] or "").replace("_", " ")),
        f"{row['age_days']}d",
    )
