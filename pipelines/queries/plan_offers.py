"""Queries of what a plan may rent: machines that serve, under every pricing model, and what hosts charge instead."""

from __future__ import annotations

from datetime import date
from typing import Any

from pipelines.queries.current_prices import conditions
from pipelines.queries.filters import PriceFilter
from warehouse.storage.connection import Connection

COLUMNS = (
    "series_id", "spec", "machine_gpus", "provider", "instance", "region", "country", "pricing_model", "term_months",
    "upfront", "usd_per_gpu_hour", "availability", "is_marketplace", "last_seen_on", "source_url", "sha256",
)  # fmt: skip
_SHOWN_AVAILABLE = ("available", "limited")


def rentable(
    con: Connection, wanted: PriceFilter, as_of: date, spec: str | None, available: bool
) -> list[dict[str, Any]]:
    """Return machines that can be rented, by COLUMNS, cheapest first.

    One per provider, spec, size, pricing model and term, the cheapest; of a marketplace every machine. By the rule of
    marts.server_prices. machine_gpus: of the machine; a price per GPU gives one of each size that can be rented.
    available: only where the source says that there are some.
    """
    where, values = conditions(wanted)
    rows = con.execute(
        f"""
        with machines as (
            select *, greatest(gpu_count::integer, tp) as machine_gpus
            from marts.server_offers_as_of(?::date)
            where {where}
                and (?::varchar is null or spec = ?::varchar)
                and (not ? or list_contains(?::varchar[], coalesce(availability, '')))
        )
        select {", ".join(COLUMNS)}
        from machines
        qualify row_number() over (
            partition by provider, spec, machine_gpus, pricing_model, term_months, upfront,
                if(is_marketplace, series_id, '')
            order by usd_per_gpu_hour, instance, region, series_id, tp
        ) = 1
        order by usd_per_gpu_hour, provider, spec, machine_gpus, instance, region, series_id
        """,  # noqa: S608 -- columns and conditions of ours
        [as_of, *values, spec, spec, available, list(_SHOWN_AVAILABLE)],
    ).fetchall()
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]
