"""The front page: the few numbers that most come for, what moved, and whether the data is in health."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from pipelines.reports.health import summary
from pipelines.reports.page_model import Download, Page
from pipelines.reports.query_runner import Row
from pipelines.reports.site_data import HEADLINERS, GpuKey, World, gpu_name
from pipelines.reports.summaries import MONTH, cheapest, lowest_on

_GPUS = 16
_MOVES = 8
_LATELY = 30  # days


def today_pages(world: World) -> Iterator[Page]:
    """The front page."""
    heads = [key for key in HEADLINERS if world.lowest(key, "on_demand")][:4]
    lead = next(iter(heads), None) or next((k for k in world.gpus if world.lowest(k, "on_demand")), None)
    answer = cheapest(world, lead) if lead else f"No on-demand price is in force on {world.today}."
    facts = {
        "answer": answer,
        "lead": list(lead) if lead else None,
        "heads": [_head(world, key) for key in heads],
        "gpus": _table(world),
        "moves": _moves(world),
        "lately": _LATELY,
        "health": summary(world),
        "n_prices": world.meta["n_offers"],
        "n_providers": len({c["provider"] for c in world.counts}),
        "n_gpus": len({c["gpu"] for c in world.counts}),
        "since": world.meta["since"],
    }
    yield Page(
        "index.html",
        "today.html",
        f"GPU prices on {world.today}",
        answer,
        facts,
        world.as_of,
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


def _head(world: World, gpu: GpuKey) -> dict[str, Any]:
    first, now, then = world.lowest(gpu, "on_demand")[0], lowest_on(world, gpu, 0), lowest_on(world, gpu, MONTH)
    return {
        "key": list(gpu),
        "name": gpu_name(gpu),
        "row": first,
        "level": world.level(gpu, "on_demand"),
        "change": None if now is None or not then else 100 * (now / then - 1),
    }


def _table(world: World) -> list[dict[str, Any]]:
    """The GPUs that most providers offer on demand, with the lowest prices of each kind."""
    found: list[dict[str, Any]] = []
    for gpu in world.gpus.values():
        on_demand, spot = world.lowest(gpu.key, "on_demand"), world.lowest(gpu.key, "spot")
        if on_demand:
            found.append(
                {
                    "key": list(gpu.key),
                    "on_demand": on_demand[0] | {"receipt": world.receipt(on_demand[0])},
                    "spot": spot[0] | {"receipt": world.receipt(spot[0])} if spot else None,
                    "level": world.level(gpu.key, "on_demand"),
                    "n_providers": len({r["provider"] for r in on_demand}),
                }
            )
    most = sorted(found, key=lambda f: (-f["n_providers"], f["key"][0], f["key"][1] or 0))[:_GPUS]
    return sorted(most, key=lambda f: (f["key"][0].lower(), f["key"][1] or 0))


def _moves(world: World) -> dict[str, list[Row]]:
    """The deepest drops and steepest rises of late, of on-demand prices; of each provider's GPU only the greatest."""
    since = world.as_of - timedelta(days=_LATELY)
    seen = set()
    moves = []
    for change in sorted(world.changes, key=lambda c: (-abs(c["pct"] or 0), -c["seq"])):
        what = (change["provider"], change["gpu"], change["gpu_memory_gb"], change["kind"])
        counts = change["pricing_model"] == "on_demand" and change["price_scope"] == "instance" and change["gpu"]
        if change["kind"] in ("drop", "rise") and change["changed_on"] >= since and counts and what not in seen:
            seen.add(what)
            moves.append(change | {"receipt": world.receipt(change)})
    return {kind: [m for m in moves if m["kind"] == kind][:_MOVES] for kind in ("drop", "rise")}
