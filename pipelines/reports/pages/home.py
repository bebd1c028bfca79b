"""The front page: headline prices, recent moves, and data health."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from pipelines.queries.percent import change_pct
from pipelines.reports.health import summary
from pipelines.reports.page_model import Download, SitePage
from pipelines.reports.query_runner import Row
from pipelines.reports.site_data import HEADLINERS, GpuKey, SiteData, gpu_name
from pipelines.reports.summaries import MONTH, cheapest, lowest_on

_GPUS = 16
_MOVES = 8
_ANNOUNCED = 12
_RECENT_DAYS = 30  # days


def home_pages(data: SiteData) -> Iterator[SitePage]:
    """Yield the front page."""
    heads = [key for key in HEADLINERS if data.lowest(key, "on_demand")][:4]
    lead = next(iter(heads), None) or next((k for k in data.gpus if data.lowest(k, "on_demand")), None)
    answer = cheapest(data, lead) if lead else f"No on-demand price is in force on {data.today}."
    facts = {
        "answer": answer,
        "lead": list(lead) if lead else None,
        "heads": [_head(data, key) for key in heads],
        "gpus": _table(data),
        "moves": _moves(data),
        "recent_days": _RECENT_DAYS,
        "announced": data.announced[:_ANNOUNCED],
        "n_announced": len(data.announced),
        "health": summary(data),
        "n_prices": data.meta["n_offers"],
        "n_providers": len({c["provider"] for c in data.counts}),
        "n_gpus": len({c["gpu"] for c in data.counts}),
        "since": data.meta["since"],
    }
    yield SitePage(
        "index.html",
        "home.html",
        f"GPU prices on {data.today}",
        answer,
        facts,
        data.as_of,
        (
            Download("api/v1/latest.json", "the lowest price of every provider"),
            Download("data/offers_latest.csv", "all prices in force"),
            Download("data/offers_latest.parquet", "all prices in force"),
            Download("changes.atom", "price changes"),
        ),
        section="index.html",
        feed="changes.atom",
        is_dataset=True,
    )


def _head(data: SiteData, gpu: GpuKey) -> dict[str, Any]:
    first, now, then = data.lowest(gpu, "on_demand")[0], lowest_on(data, gpu, 0), lowest_on(data, gpu, MONTH)
    return {
        "key": list(gpu),
        "name": gpu_name(gpu),
        "row": first,
        "level": data.level(gpu, "on_demand"),
        "change": change_pct(then, now),
    }


def _table(data: SiteData) -> list[dict[str, Any]]:
    """Return the most widely offered GPUs, with their lowest on-demand and spot prices."""
    rows: list[dict[str, Any]] = []
    for gpu in data.gpus.values():
        on_demand, spot = data.lowest(gpu.key, "on_demand"), data.lowest(gpu.key, "spot")
        if on_demand:
            rows.append(
                {
                    "key": list(gpu.key),
                    "on_demand": on_demand[0] | {"receipt": data.receipt(on_demand[0])},
                    "spot": spot[0] | {"receipt": data.receipt(spot[0])} if spot else None,
                    "level": data.level(gpu.key, "on_demand"),
                    "n_providers": len({r["provider"] for r in on_demand}),
                }
            )
    most = sorted(rows, key=lambda f: (-f["n_providers"], f["key"][0], f["key"][1] or 0))[:_GPUS]
    return sorted(most, key=lambda f: (f["key"][0].lower(), f["key"][1] or 0))


def _moves(data: SiteData) -> dict[str, list[Row]]:
    """Return the largest recent on-demand drops and rises, one per provider and GPU."""
    since = data.as_of - timedelta(days=_RECENT_DAYS)
    seen = set()
    moves = []
    for change in sorted(data.changes, key=lambda c: (-abs(c["pct"] or 0), -c["seq"])):
        group = (change["provider"], change["gpu"], change["gpu_memory_gb"], change["kind"])
        counts = change["pricing_model"] == "on_demand" and change["price_scope"] == "instance" and change["gpu"]
        if change["kind"] in ("drop", "rise") and change["changed_on"] >= since and counts and group not in seen:
            seen.add(group)
            moves.append(change | {"receipt": data.receipt(change)})
    return {kind: [m for m in moves if m["kind"] == kind][:_MOVES] for kind in ("drop", "rise")}
