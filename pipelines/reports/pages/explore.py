"""The explorer: every comparable offer in one table that a script filters and sorts; without it, the cheapest ones."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.reports.explorer_data import Explorer
from pipelines.reports.page_model import Download, SitePage
from pipelines.reports.site_data import SiteData


def explore_pages(data: SiteData, explorer: Explorer) -> Iterator[SitePage]:
    """Yield the explorer, whose table holds the cheapest on-demand offer of each GPU until its script runs."""
    cheapest = [rows[0] for gpu in data.gpus if (rows := data.lowest(gpu, "on_demand"))]
    n_in_force = data.meta["n_offers"]
    yield SitePage(
        "explore.html",
        "explore.html",
        "Explore offers",
        "GPU offers in force in one table: filter and sort by GPU, memory, count, place, provider and price.",
        {
            "script": explorer.asset.path,
            "cheapest": [row | {"receipt": data.receipt(row)} for row in sorted(cheapest, key=_order)],
            "n_shown": explorer.n_shown,
            "n_comparable": explorer.n_comparable,
            "n_in_force": n_in_force,
            "n_gpus": len({c["gpu"] for c in data.counts if c["gpu"]}),
            "n_providers": len({c["provider"] for c in data.counts}),
            "rates": [
                {"currency": r["currency"], "usd": r["usd_per_unit"], "rate_on": r["rate_on"]} for r in explorer.rates
            ],
            "receipts": list(explorer.receipts),
            "today": data.today,
        },
        data.as_of,
        (
            Download("data/offers_latest.csv", "all prices in force"),
            Download("data/offers_latest.parquet", "all prices in force"),
            Download("api/v1/latest.json", "the lowest price of every provider"),
        ),
        "explore.html",
        is_dataset=True,
    )


def _order(row: dict[str, object]) -> tuple[str, object]:
    return (str(row["gpu"]).lower(), row["gpu_memory_gb"] or 0)
