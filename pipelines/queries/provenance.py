"""Traces a number back: its series, interval, formula and receipt, and the evidence against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any

from pipelines.queries.archived_page import ArchivedPage, find_archived_page
from pipelines.queries.current_prices import conditions
from pipelines.queries.filters import MAX_AGE, PriceFilter
from pipelines.queries.percent import change_pct, pct_number
from pipelines.queries.price_formula import agrees, formula
from warehouse.identity.gpus import resolve
from warehouse.storage.connection import Connection, records
from warehouse.storage.state_dir import Home

Fact = dict[str, Any]
SERIES = ("provider", "instance", "gpu", "form_factor", "gpu_memory_gb", "gpu_count", "region", "zone",
          "pricing_model", "term_months", "upfront", "price_scope", "source", "series_id")  # fmt: skip
PRICE = ("usd_per_gpu_hour", "price", "upfront_price", "currency", "price_unit", "availability", "quality",
         "valid_from", "valid_to", "ended_by", "last_seen_on", "effective_from", "effective_until")  # fmt: skip
_IN_FORCE = "valid_from <= $day and (valid_to is null or valid_to > $day)"


def _facts(con: Connection, query: str, values: Any) -> list[Fact]:
    return records(con.execute(query, values))


def candidates(con: Connection, sku: str, wanted: PriceFilter) -> list[Fact]:
    """Return series that a SKU may mean: by id (8 characters or more), name, part of the name, or GPU."""
    where, values = conditions(replace(wanted, gpu=None))
    gpu, gpu_values = conditions(PriceFilter(gpu=sku)) if resolve(sku).model else ("false", [])
    return _facts(
        con,
        f"""
        with named as (
            select *, case
                when length(?) >= 8 and starts_with(series_id, lower(?)) then 1
                when lower(instance) = lower(?) then 2
                when contains(lower(instance), lower(?)) then 3
                when {gpu} then 4
            end as likeness
            from v1.series where {where}
        )
        select {", ".join(SERIES)} from named where likeness is not null
        qualify likeness = min(likeness) over () order by all
        """,  # noqa: S608 -- columns and conditions of ours
        [sku, sku, sku, sku, *gpu_values, *values],
    )


def in_force(con: Connection, series: Sequence[Fact], day: date) -> list[Fact]:
    """Return the intervals of these series in force on a day, with every column of v1.price_intervals.

    Stale intervals, last observed too long before, are returned only if there are no newer ones.
    """
    intervals = _facts(
        con,
        f"from v1.price_intervals where series_id in (select unnest($ids)) and {_IN_FORCE} "
        "qualify row_number() over (partition by series_id order by valid_from desc, observed_at desc) = 1 "
        "order by provider, instance, region, zone, pricing_model, term_months, series_id",
        {"ids": [s["series_id"] for s in series], "day": day},
    )
    return [f for f in intervals if f["last_seen_on"] >= day - timedelta(days=MAX_AGE)] or intervals


def trace(con: Connection, home: Home, series: Fact, price: Fact | None, day: date) -> Fact:
    """Return everything known of a series on a day; `price` is its interval in force, None where there is none."""
    explanation: Fact = {"on": day, "series": series, "price": None, "formula": None, "receipt": None}
    if price:
        explanation["price"] = {k: price.get(k) for k in PRICE} | {
            "age_days": max((day - price["last_seen_on"]).days, 0)
        }
        explanation["formula"] = _formula(con, price)
        explanation["receipt"] = _receipt(home, price)
    explanation["before"] = _before(con, series, price["valid_from"] if price else day)
    explanation["held_or_flagged"] = _events(con, series, price["valid_from"] if price else None, day)
    explanation["other_sources"] = _others(con, series, price, day)
    return explanation


def _formula(con: Connection, price: Fact) -> Fact:
    month, year = con.execute("select hours_per_month(), hours_per_year()").fetchall()[0]
    derived = formula(price, month, year)
    return {"steps": derived.steps, "gives_what_is_published": agrees(derived, price["usd_per_gpu_hour"])}


def _receipt(home: Home, price: Fact) -> Fact:
    facts = {k: price[k] for k in ("text", "gpu_label", "source_url", "observed_at", "sha256", "parser_version",
                                   "origin", "landed_at")}  # fmt: skip
    if price["origin"] in ("imported", "seed"):  # no page: only the URL and hash of the commit or file
        return facts | {"archived_page": asdict(ArchivedPage(f"none: {price['origin']}"))}
    page = find_archived_page(
        home, price["provider"], price["sha256"] or "", price["source_url"] or "", price["observed_at"].date()
    )
    # The bytes are the archive's, but whoever rebuilt them says so, not the provider.
    stated_by = {"stated_by": "a sample page, rebuilt by hand from published prices: do not quote it"}
    return facts | (stated_by if price["origin"] == "sample" else {}) | {"archived_page": asdict(page)}


def _before(con: Connection, series: Fact, day: date) -> Fact | None:
    """Return the previous interval, whatever ended it."""
    intervals = _facts(
        con,
        "select usd_per_gpu_hour, price, currency, price_unit, valid_from, valid_to, ended_by, last_seen_on, sha256 "
        "from v1.price_intervals where series_id = ? and valid_from < ? "
        "order by valid_from desc, observed_at desc limit 1",
        [series["series_id"], day],
    )
    return intervals[0] if intervals else None


def _events(con: Connection, series: Fact, since: date | None, day: date) -> list[Fact]:
    """Return quality events of the series, or of its whole source, since the price came into force."""
    return _facts(
        con,
        """
        select event_id, date, date_to, verdict, status, class, reason, price, currency, source_url, sha256
        from v1.quality_events
        where (series_id = $id or (series_id is null and source = $source and provider in ($provider, 'all')))
            and date <= $day and ($since is null or coalesce(date_to, date) >= $since)
        order by date, event_id
        """,
        {"id": series["series_id"], "source": series["source"], "provider": series["provider"],
         "day": day, "since": since},
    )  # fmt: skip


def _others(con: Connection, series: Fact, price: Fact | None, day: date) -> list[Fact]:
    """Return what other sources state for the same thing on the same day, and the difference in percent."""
    same = ("provider", "gpu", "gpu_memory_gb", "gpu_count", "pricing_model", "term_months", "price_scope")
    offers = _facts(
        con,
        f"""
        select source, instance, region, usd_per_gpu_hour, valid_from, last_seen_on, source_url, sha256, series_id
        from v1.price_intervals
        where {" and ".join(f"{k} is not distinct from ${k}" for k in same)} and source <> $source
            and (coalesce(region, '') in ('', $region) or coalesce($region, '') = '') and {_IN_FORCE}
            and last_seen_on >= $day - {MAX_AGE}
        order by rank, source, instance, series_id limit 20
        """,  # noqa: S608 -- names of columns
        {k: series[k] for k in (*same, "source", "region")} | {"day": day},
    )
    ours = price["usd_per_gpu_hour"] if price else None
    for other in offers:
        other["off_by_pct"] = pct_number(change_pct(ours, other["usd_per_gpu_hour"]))
    return offers
