"""The comparison page: the lowest on-demand price of every GPU at every provider."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.reports.page_model import Download, SitePage
from pipelines.reports.query_runner import Row
from pipelines.reports.site_data import SiteData

_GPUS, _PROVIDERS = 60, 30


def compare_pages(data: SiteData) -> Iterator[SitePage]:
    """Yield one table of GPUs by providers; an optional script hides the rows that a reader did not choose."""
    cells = {gpu: {r["provider"]: r for r in reversed(data.lowest(gpu, "on_demand"))} for gpu in data.gpus}
    rows = sorted((g for g in cells if cells[g]), key=lambda g: (-len(cells[g]), g[0].lower(), g[1] or 0))[:_GPUS]
    n_gpus = {p: sum(p in cells[g] for g in rows) for p in data.providers}
    columns = sorted((p for p in n_gpus if n_gpus[p]), key=lambda p: (-n_gpus[p], p))[:_PROVIDERS]
    facts = {
        "providers": columns,
        "n_left_out": len([p for p in n_gpus if n_gpus[p]]) - len(columns),
        "rows": [
            {
                "key": list(gpu),
                "slug": data.gpus[gpu].slug,
                "level": data.level(gpu, "on_demand"),
                "lowest": _lowest(data, cells[gpu]),
                "cells": [
                    {"usd": r["usd_per_gpu_hour"], "age_days": r["age_days"]} if (r := cells[gpu].get(p)) else None
                    for p in columns
                ],
            }
            for gpu in sorted(rows, key=lambda g: (g[0].lower(), g[1] or 0))
        ],
    }
    yield SitePage(
        "compare.html",
        "compare.html",
        "Compare providers",
        "The lowest on-demand price of every GPU at every provider, side by side.",
        facts,
        data.as_of,
        (Download("api/v1/latest.json", "the lowest price of every provider"),),
        "compare.html",
    )


def _lowest(data: SiteData, by_provider: dict[str, Row]) -> Row:
    row = min(by_provider.values(), key=lambda r: (r["usd_per_gpu_hour"], r["provider"]))
    return row | {"receipt": data.receipt(row)}
