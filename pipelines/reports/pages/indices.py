"""The index pages: a median level with the middle half of providers, and a chain that only price changes move."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipelines.reports import charts, gpu_charts, wording
from pipelines.reports.page_model import Download, SitePage
from pipelines.reports.price_lines import DAY
from pipelines.reports.query_runner import Row
from pipelines.reports.site_data import SiteData, gpu_name, key_of

_DAYS = 60  # of the table


def index_pages(data: SiteData) -> Iterator[SitePage]:
    """Yield the list of indices, and each one's page."""
    last = [
        (i, data.index_files[i], next((d for d in reversed(days) if d["status"] == "ok"), days[-1]))
        for i, days in data.indices.items()
    ]
    yield SitePage(
        "indices.html",
        "indices.html",
        "Indices",
        "Median list prices per GPU-hour by GPU, day by day, by one published method.",
        {"rows": last},
        data.as_of,
        (
            Download("data/index_daily.csv", "every index and day"),
            Download("data/index_daily.parquet", "every index and day"),
        ),
        "indices.html",
        is_dataset=True,
    )
    for name, days in data.indices.items():
        yield _page(data, name, days)


def _page(data: SiteData, name: str, days: list[Row]) -> SitePage:
    levels = [d for d in days if d["status"] == "ok"]
    last = levels[-1]
    what = f"{gpu_name(key_of(last))} {wording.pricing(last['pricing_model'])}"
    kind = wording.provider_kind(last["provider_kind"])
    level, p25, p75 = (wording.usd(last[k]) for k in ("level_median", "p25", "p75"))
    answer = (
        f"On {wording.long_day(last['day'])} the median list price of the {what} was {level} per GPU-hour over "
        f"{last['n_providers']} {kind}; the middle half asked {p25} to {p75}."
    )
    if (data.as_of - last["day"]).days > 1:
        answer += f" Since then too few of them have a price that counts, so there is no level on {data.today}."
    base = f"index/{data.index_files[name]}"
    return SitePage(
        f"{base}.html",
        "index.html",
        f"Index: {what}, {kind}",
        answer,
        {
            "name": name,
            "answer": answer,
            "gpu": list(key_of(last)),
            "what": what,
            "kind": kind,
            "last": last,
            "level": _level(levels),
            "chain": _chain(levels),
            "days": list(reversed(days))[:_DAYS],
            "n_days": len(days),
            "n_levels": len(levels),
        },
        data.as_of,
        (Download(f"{base}.csv", "every day"), Download(f"api/v1/{base}.json", "every day")),
        "indices.html",
        is_dataset=True,
    )


def _level(levels: list[Row]) -> dict[str, Any] | None:
    band = [(d["day"], d["day"] + DAY, float(d["p25"]), float(d["p75"])) for d in levels]
    drawn = charts.steps([("median", gpu_charts.segments(levels, "level_median"))], band=_merged(band))
    return drawn and drawn | {"title": "Median list price and the middle half of providers"}


def _chain(levels: list[Row]) -> dict[str, Any] | None:
    """Return the newest chain only: values of two chains are not comparable."""
    newest = [d for d in levels if d["chain_start"] == levels[-1]["chain_start"]]
    drawn = charts.steps(
        [("chain", gpu_charts.segments(newest, "chained_base100"))], height=160, unit="first day = 100"
    )
    return drawn and drawn | {"title": f"Chained index, {wording.day(levels[-1]['chain_start'])} = 100"}


def _merged(band: list[tuple[Any, Any, float, float]]) -> list[tuple[Any, Any, float, float]]:
    merged: list[tuple[Any, Any, float, float]] = []
    for since, until, low, high in band:
        if merged and merged[-1][1] == since and merged[-1][2:] == (low, high):
            merged[-1] = (merged[-1][0], until, low, high)
        else:
            merged.append((since, until, low, high))
    return merged
