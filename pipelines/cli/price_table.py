"""Prints prices: every column for programs, and those that fit a terminal for people."""

from __future__ import annotations

from typing import Any

from pipelines.cli.table_output import Format, show


def show_prices(rows: list[tuple[Any, ...]], style: Format) -> None:
    """Print rows of PRICE_COLUMNS: all columns for programs, in a table those that fit a terminal."""
    from pipelines.queries.current_prices import PRICE_COLUMNS

    if style != "table":
        show(PRICE_COLUMNS, rows, style)
        return
    keep = [
        "usd_per_gpu_hour", "gpu", "form_factor", "gpu_memory_gb", "gpu_count", "provider", "instance", "region",
        "pricing_model", "term_months", "valid_from", "last_seen_on", "age_days", "origin", "source_url",
    ]  # fmt: skip
    index = [PRICE_COLUMNS.index(k) for k in keep]
    show(keep, [tuple(row[i] for i in index) for row in rows], style)
