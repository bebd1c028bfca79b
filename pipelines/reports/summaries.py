"""Answers a reader's question in one sentence, from the numbers below it on the page."""

from __future__ import annotations

from datetime import timedelta

from pipelines.queries.percent import change_pct
from pipelines.reports import wording
from pipelines.reports.query_runner import Row
from pipelines.reports.site_data import GpuKey, SiteData, gpu_name

MONTH = 30
SIGNS = f"+{wording.MINUS}"


def cheapest(data: SiteData, gpu: GpuKey) -> str:
    """Return who is cheapest for a GPU, at what price, compared with the others; or that nobody has a price."""
    name, rows = gpu_name(gpu), data.lowest(gpu, "on_demand")
    if not rows:
        return _without_on_demand(data, gpu)
    first = rows[0]
    others = (
        f"; {_others(data, gpu, rows)}"
        if len({r["provider"] for r in rows}) > 1
        else ", the only provider whose price was observed within a week"
    )
    return (
        f"On {data.today} the lowest on-demand list price of the {name} is "
        f"{wording.usd(first['usd_per_gpu_hour'])} per GPU-hour, at {data.seller(first['provider'])}"
        f"{_terms(first)}{others}.{_trend(data, gpu)}"
    )


def _others(data: SiteData, gpu: GpuKey, rows: list[Row]) -> str:
    level = data.level(gpu, "on_demand")
    if level:
        return f"the median of {level['n_providers']} specialised clouds is {wording.usd(level['level_median'])}"
    dearest = max(rows, key=lambda r: r["usd_per_gpu_hour"])
    price = wording.usd(dearest["usd_per_gpu_hour"])
    return f"the most expensive is {price}, at {data.provider_name(dearest['provider'])}"


def _terms(row: Row) -> str:
    terms = [
        row["form_factor"] or "",
        f"machine with {wording.number(row['gpu_count'])} GPUs" if row["gpu_count"] != 1 else "",
        row["region"],
    ]
    shown = ", ".join(filter(None, terms))
    return f" ({shown})" if shown else ""


def _trend(data: SiteData, gpu: GpuKey) -> str:
    """Return how the lowest price moved in a month, where it was tracked for that long."""
    now, then = lowest_on(data, gpu, 0), lowest_on(data, gpu, MONTH)
    if now is None or then is None:
        return ""
    if now == then:
        return f" It is the same as {MONTH} days earlier."
    change = wording.pct(change_pct(then, now))
    return f" That is {change.lstrip(SIGNS)} {'less' if now < then else 'more'} than {MONTH} days earlier."


def lowest_on(data: SiteData, gpu: GpuKey, days_ago: int, provider: str = "") -> float | None:
    """Return the lowest on-demand price of so many days ago, of one provider or all; None without observations."""
    return data.course(gpu, provider).on(data.as_of - timedelta(days=days_ago))


def _without_on_demand(data: SiteData, gpu: GpuKey) -> str:
    name, offers = gpu_name(gpu), data.offers_by_gpu.get(gpu, [])
    priced = [o for o in offers if o["place"] == 1]
    if priced:
        first = priced[0]
        return (
            f"On {data.today} no tracked provider has a current on-demand price of the {name}; the "
            f"lowest other price is {wording.usd(first['usd_per_gpu_hour'])} per GPU-hour at "
            f"{data.provider_name(first['provider'])} "
            f"({wording.pricing(first['pricing_model'], first['term_months'])})."
        )
    if offers:
        return (
            f"No tracked provider lists an all-in price of the {name}, only prices of components, which are "
            "not a price per GPU-hour."
        )
    return (
        f"No price of the {name} is in force on {data.today}; the last was observed on "
        f"{wording.long_day(data.gpus[gpu].until)}."
    )
