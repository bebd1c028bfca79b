"""Queries of the read-only commands on prices in force: selections from v1, nothing is computed here."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

from pipelines.queries.filters import PriceFilter, Sort, pricing_model
from warehouse.identity import regions
from warehouse.identity.gpus import resolve, states_memory
from warehouse.identity.providers import provider_slug
from warehouse.storage.connection import Connection

PRICE_COLUMNS = (
    "provider", "instance", "gpu", "form_factor", "gpu_memory_gb", "gpu_count", "region", "region_id", "country",
    "continent", "pricing_model", "term_months", "price", "currency", "price_unit", "usd_per_gpu_hour", "price_scope",
    "availability", "product", "is_floor", "vcpus", "ram_gb", "local_disk_gb", "interconnect", "observed_at",
    "valid_from", "last_seen_on", "effective_from", "effective_until", "quality", "source", "origin",
    "is_carried_forward", "age_days", "source_url", "sha256", "series_id",
)  # fmt: skip


def conditions(wanted: PriceFilter) -> tuple[str, list[Any]]:
    """Return conditions over v1.price_history's columns, and their parameters."""
    terms: dict[str, Any] = {}
    if wanted.gpu:
        card = resolve(wanted.gpu)
        terms["gpu = ?"] = card.model or wanted.gpu
        if card.form_factor:
            terms["form_factor = ?"] = card.form_factor
        # "H100" matches every H100, "H100 80GB" only that one.
        if card.memory_gb is not None and states_memory(wanted.gpu):
            terms["gpu_memory_gb = ?"] = card.memory_gb
    if wanted.provider:
        terms["provider = ?"] = provider_slug(wanted.provider)
    if wanted.pricing_model:
        terms["pricing_model = ?"] = pricing_model(wanted.pricing_model)
    if wanted.region:
        condition, value = in_region(wanted.region)
        terms[condition] = value
    if wanted.country:
        terms["country = ?"] = wanted.country
    if wanted.continent:
        terms["continent = ?"] = wanted.continent
    if wanted.source:
        terms["source = ?"] = wanted.source
    return " and ".join(["true", *terms]), list(terms.values())


def in_region(text: str) -> tuple[str, str]:
    """Return a condition and its value for a region: a continent or country by name, else a part of a region's name.

    A name is as printed ("US East (Ohio)") or canonical (us-east-2).
    """
    with suppress(regions.UnknownPlace):
        return "continent = ?", regions.continent_name(text)
    if len(text.strip()) > 3:  # shorter ones are codes, which regions' names contain
        with suppress(regions.UnknownPlace):
            return "country = ?", regions.country_code(text)
    return "concat_ws(' ', region, region_id) ilike '%' || ? || '%'", text


def today(con: Connection) -> date:
    """Return the day that "now" means: today where any price is live or imported, else the newest replayed day."""
    follows_clock, newest = con.execute("select follows_clock, newest_on from v1.meta").fetchall()[0]
    return datetime.now(UTC).date() if follows_clock or newest is None else newest


_ORDER: dict[Sort, str] = {
    "price": "",
    "gpu": "gpu, gpu_memory_gb, ",
    "memory": "gpu_memory_gb desc nulls last, ",
    "provider": "provider, ",
    "newest": "last_seen_on desc, ",
}


def prices(
    con: Connection, wanted: PriceFilter, as_of: date, max_age: int, sort: Sort = "price"
) -> list[tuple[Any, ...]]:
    """Return rows of PRICE_COLUMNS in force on a UTC day, of the best-ranked source by default.

    Cheapest per GPU-hour first, or within the order that is asked for; what is sold out comes last in any
    order, and a lower bound ("from $2") after the prices.
    """
    where, values = conditions(wanted)
    preferred = "true" if wanted.source else "is_preferred"
    return con.execute(
        f"select {', '.join(PRICE_COLUMNS)} from v1.prices_as_of(?::date, max_age := {int(max_age)}) "  # noqa: S608
        f"where usd_per_gpu_hour is not null and {where} and {preferred} "
        f"order by is_sold_out(availability), {_ORDER[sort]}is_bound(is_floor, pricing_model), usd_per_gpu_hour, "
        "provider, gpu, gpu_memory_gb, instance, region, pricing_model, term_months, upfront, series_id",
        [as_of, *values],
    ).fetchall()


def last_attempts(con: Connection) -> dict[str, tuple[str, date, str]]:
    """Return status, day and detail of each provider's last scrape attempt; the worst status of its sources."""
    rows = con.execute(
        # A source that only lacks its key says nothing about the provider's other sources.
        "select provider, coalesce(string_agg(distinct status, ', ' order by status) filter (status <> 'needs_key'), "
        "'needs_key'), seen_on, string_agg(distinct detail, '; ' order by detail) filter (status <> 'ok') "
        # An archive's captures are history: they say nothing about reading the provider today.
        "from v1.source_health where not starts_with(source, 'backfill/') group by provider, seen_on "
        "qualify row_number() over (partition by provider order by seen_on desc) = 1"
    ).fetchall()
    return {provider: (status, day, detail or "") for provider, status, day, detail in rows}
