"""The reference document (2023): its price tables beside the same prices now, and its errata."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from pipelines.reports import charts, wording
from pipelines.reports.page_model import Download, SitePage
from pipelines.reports.query_runner import Row
from pipelines.reports.site_data import GpuKey, SiteData, gpu_name, grouped, key_of

_KINDS = (("on_demand", None), ("reserved", 12), ("spot", None))


def reference_pages(data: SiteData) -> Iterator[SitePage]:
    """Yield one page, if the document's prices are in the database."""
    prices, claims = data.rows("reference_prices"), data.rows("errata")
    if not prices:
        return
    then = {(*key_of(r), r["provider"], r["pricing_model"]): r["usd_per_gpu_hour"] for r in prices}
    tables = [_table(data, gpu, then) for gpu in sorted({key_of(r) for r in prices}, key=lambda k: (k[0], k[1] or 0))]
    day = max(r["day"] for r in prices)
    wrong = [c for c in claims if c["verdict"] == "does_not_reproduce"]
    lead = next((t for t in tables if t["key"] == ["A100", Decimal(80)]), tables[0])
    answer = _answer(data, lead, day)
    verdicts = {name: len(rows) for name, rows in grouped(claims, lambda c: c["verdict"]).items()}
    yield SitePage(
        "2023.html",
        "reference_2023.html",
        f"{wording.long_day(day)} and now",
        answer,
        {"answer": answer, "day": day, "tables": tables, "claims": claims, "wrong": wrong, "verdicts": verdicts},
        data.as_of,
        (Download("data/seed_claims.csv", "the document's 56 numbers, recomputed"),),
        "2023.html",
        is_dataset=True,
    )


def _table(data: SiteData, gpu: GpuKey, then: dict[tuple[Any, ...], Decimal]) -> dict[str, Any]:
    """Return a row per provider with prices then and now by pricing model; averages count one vote per provider."""
    now = {(r["provider"], model): r for model, months in _KINDS for r in reversed(_lowest(data, gpu, model, months))}
    providers = sorted({p for *key, p, _ in then if tuple(key) == gpu})
    rows = []
    for provider in providers:
        cells = []
        for model, _ in _KINDS:
            offer = now.get((provider, model))
            cells.append(
                {
                    "then": then.get((*gpu, provider, model)),
                    "now": offer["usd_per_gpu_hour"] if offer else None,
                    "receipt": data.receipt(offer) if offer else "",
                }
            )
        rows.append({"provider": provider, "cells": cells})
    end, rungs = charts.scale(
        [float(v) for r in rows for v in (r["cells"][0]["then"], r["cells"][0]["now"]) if v is not None]
    )
    dots = [_dots(r["provider"], r["cells"][0], end) for r in rows if r["cells"][0]["then"] is not None]
    averages = [{w: _average([r["cells"][i][w] for r in rows]) for w in ("then", "now")} for i in range(len(_KINDS))]
    return {"key": list(gpu), "name": gpu_name(gpu), "rows": rows, "averages": averages, "rungs": rungs, "dots": dots}


def _lowest(data: SiteData, gpu: GpuKey, model: str, months: int | None) -> list[Row]:
    return [r for r in data.lowest(gpu, model) if months is None or r["term_months"] == months]


def _dots(provider: str, cell: dict[str, Any], end: float) -> dict[str, Any]:
    then, now = cell["then"], cell["now"]
    low, high = min(then, now) if now is not None else then, max(then, now) if now is not None else then
    return {
        "provider": provider,
        "then": then,
        "now": now,
        "then_at": charts.at(then, end),
        "now_at": charts.at(now, end) if now is not None else None,
        "from": charts.at(low, end),
        "width": charts.at(high - low, end),
    }


def _average(values: list[Decimal | None]) -> tuple[Decimal | None, int]:
    values_known = [v for v in values if v is not None]
    return (sum(values_known, Decimal()) / len(values_known) if values_known else None, len(values_known))


def _answer(data: SiteData, table: dict[str, Any], day: Any) -> str:
    both = [
        r["cells"][0] for r in table["rows"] if r["cells"][0]["then"] is not None and r["cells"][0]["now"] is not None
    ]
    if not both:
        return (
            f"No provider in the document of {wording.long_day(day)} has an on-demand price of the {table['name']} now."
        )
    fell = sum(c["now"] < c["then"] for c in both)
    then, now = (sum(c[w] for c in both) / len(both) for w in ("then", "now"))
    listed = f"that listed the {table['name']} on demand on {wording.long_day(day)}"
    amounts = f"{wording.usd(now)} per GPU-hour against {wording.usd(then)}"
    if len(both) == 1:
        return f"Of the providers {listed} one still does: on {data.today} it asks {amounts}."
    return (
        f"Of the {len(both)} providers {listed} and still do, {fell or 'none'} ask{'s' if fell == 1 else ''} less on "
        f"{data.today}; on average they ask {amounts}."
    )
