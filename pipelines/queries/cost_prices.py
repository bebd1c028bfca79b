"""Queries of the prices that costs are computed from: the cheapest that can be rented, per GPU spec."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from pipelines.queries.current_prices import conditions
from pipelines.queries.filters import PriceFilter
from warehouse.storage.connection import Connection

MACHINE = 8  # GPUs of the machines that larger servers are made of
COLUMNS = (
    "spec", "tp", "provider", "instance", "region", "pricing_model", "term_months", "gpu_count", "usd_per_gpu_hour",
    "availability", "last_seen_on", "source_url", "observed_at", "sha256", "origin",
    "is_form_assumed", "unfit",
)  # fmt: skip
_TRAINING = "why_no_training(size, gpu_count, max_gpu_count, price_unit, availability, is_marketplace, has_fabric)"
# A server of more GPUs than a machine has is made of whole machines, between which every token travels.
_SERVER = (
    f"coalesce(why_no_server(least(size, {MACHINE}), gpu_count, max_gpu_count, price_unit, availability), "
    f"if(size > {MACHINE}, {_TRAINING}, null))"
)


def for_servers(
    con: Connection, wanted: PriceFilter, as_of: date, specs: Sequence[str], sizes: Sequence[int], every: bool
) -> list[dict[str, Any]]:
    """Return the cheapest price for a server of each size, by COLUMNS: per spec, and per provider too if `every`.

    unfit: why such a server cannot be rented there; a price that can be comes before all that cannot. The rule is the
    one of marts.server_prices; one of more than MACHINE GPUs also needs what a cluster for training does.
    """
    return _cheapest(con, wanted, as_of, specs, sizes, every, _SERVER)


def for_training(
    con: Connection, wanted: PriceFilter, as_of: date, specs: Sequence[str], gpus: int, every: bool
) -> list[dict[str, Any]]:
    """Return the same for one training run on so many GPUs; tp is NULL."""
    rows = _cheapest(con, wanted, as_of, specs, [gpus], every, _TRAINING)
    return [row | {"tp": None} for row in rows]


def _cheapest(
    con: Connection,
    wanted: PriceFilter,
    as_of: date,
    specs: Sequence[str],
    sizes: Sequence[int],
    every: bool,
    why_not: str,
) -> list[dict[str, Any]]:
    where, values = conditions(wanted)
    # Among several at the lowest price always the same one.
    rows = con.execute(
        f"""
        select {", ".join(COLUMNS[:-1]).replace("tp", "size as tp", 1)}, {why_not} as unfit
        from marts.cost_offers_as_of(?::date)
        cross join (select unnest(?::integer[]) as size)
        where {where} and list_contains(?::varchar[], spec)
        qualify row_number() over (
            partition by spec, size, if(?, provider, '')
            order by unfit is not null, usd_per_gpu_hour, provider, instance, region, series_id
        ) = 1
        """,  # noqa: S608 -- columns, conditions and rules of ours
        [as_of, list(sizes), *values, list(specs), every],
    ).fetchall()
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]
