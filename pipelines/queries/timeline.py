"""Queries of the history commands: intervals, changes, and days of observation."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pipelines.queries.current_prices import conditions
from pipelines.queries.filters import PriceFilter
from warehouse.storage.connection import Connection

INTERVAL_COLUMNS = (
    "valid_from", "valid_to", "usd_per_gpu_hour", "provider", "instance", "gpu", "form_factor", "gpu_memory_gb",
    "gpu_count", "region", "zone", "pricing_model", "term_months", "upfront", "price", "currency", "price_unit",
    "quality", "ended_by", "observed_at", "last_seen_on", "effective_from", "effective_until", "source", "feed",
    "origin", "text", "source_url", "sha256", "parser_version", "series_id",
)  # fmt: skip
CHANGE_COLUMNS = (
    "changed_on", "kind", "old_usd_per_gpu_hour", "new_usd_per_gpu_hour", "pct", "provider", "instance", "gpu",
    "form_factor", "gpu_memory_gb", "gpu_count", "region", "zone", "pricing_model", "term_months", "source",
    "observed_at", "source_url", "sha256", "series_id", "event_id", "seq",
)  # fmt: skip
By = Literal["drop", "newest"]
_ORDER = {"drop": "pct asc nulls last, seq desc", "newest": "seq desc"}
ANNOUNCED = "announced"  # the kind of a change that is not in force yet


def intervals(con: Connection, wanted: PriceFilter) -> list[dict[str, Any]]:
    """Return stretches of days with one price per GPU-hour, by INTERVAL_COLUMNS, oldest first, from every source."""
    where, values = conditions(wanted)
    rows = con.execute(
        f"select {', '.join(INTERVAL_COLUMNS)} from v1.price_intervals where usd_per_gpu_hour is not null and {where} "  # noqa: S608
        "order by valid_from, observed_at, provider, instance, region, zone, pricing_model, term_months, series_id",
        values,
    ).fetchall()
    return [dict(zip(INTERVAL_COLUMNS, row, strict=True)) for row in rows]


def changes(con: Connection, wanted: PriceFilter, since: date, min_pct: float, by: By) -> list[dict[str, Any]]:
    """Return price changes since a day, by CHANGE_COLUMNS: largest drops first, or newest first.

    Announced ones, which are not in force yet, come after all others.
    `min_pct` leaves out smaller changes, up or down; above zero also new and removed offers, which have no percentage.
    Aggregates over many offers are left out: they are not prices.
    """
    where, values = conditions(wanted)
    rows = con.execute(
        f"select {', '.join(CHANGE_COLUMNS)} from v1.price_changes "  # noqa: S608 -- columns and conditions of ours
        "where changed_on >= ? and (? <= 0 or abs(pct) >= ?) and price_scope <> 'offer_aggregate' "
        f"and {where} order by kind = ?, {_ORDER[by]}",
        [since, min_pct, min_pct, *values, ANNOUNCED],
    ).fetchall()
    return [dict(zip(CHANGE_COLUMNS, row, strict=True)) for row in rows]


def observation_days(con: Connection) -> dict[tuple[str, str], list[date]]:
    """Return the days on which each (provider, feed) was read, in order."""
    rows = con.execute(
        "select provider, source, list(distinct seen_on order by seen_on) from v1.source_health "
        "where status in ('ok', 'partial', 'no_public_price') group by all"
    ).fetchall()
    return {(provider, feed): days for provider, feed, days in rows}
