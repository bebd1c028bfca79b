"""Answers the questions that are asked most, for whoever runs gpuhour for the first time; all from published tables."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from pipelines.queries import timeline
from pipelines.queries.filters import PriceFilter
from warehouse.storage.connection import Connection, records

_GPUS, _CHANGES, _MODELS = 8, 5, 4
_LATELY = timedelta(days=30)

_CHEAPEST = """
    select
        gpu, gpu_memory_gb, usd_per_gpu_hour, provider, instance, region, availability, source_url,
        count(distinct provider) over one_gpu as providers
    from marts.provider_prices
    where edition = 'newest' and pricing_model = 'on_demand' and usd_per_gpu_hour is not null
        and not is_sold_out(availability)
    window one_gpu as (partition by gpu, gpu_memory_gb)
    -- Not by arg_min: it takes a value that is unknown from another row.
    qualify row_number() over (partition by gpu, gpu_memory_gb order by usd_per_gpu_hour, provider) = 1
    order by providers desc, usd_per_gpu_hour desc, gpu
    limit ?
"""
_TOKENS = """
    select model, precision,
        min(own_usd_per_m_tokens_at_full_use) as own_usd_per_m_tokens,
        arg_min(concat(tp, ' x ', spec), row(own_usd_per_m_tokens_at_full_use, spec)) as gpus,
        arg_min(provider, row(own_usd_per_m_tokens_at_full_use, spec)) as provider,
        min(hosted_usd_per_m_tokens) as api_usd_per_m_tokens,
        arg_min(host, row(hosted_usd_per_m_tokens, host)) as api,
        count(distinct host) as apis,
        min(break_even_tokens_per_day)::hugeint::varchar as break_even_tokens_per_day
    from v1.self_host_vs_api
    where workload = 'chat' and pricing_model = 'on_demand'
    group by model, precision
    -- One row a model: the format in which it is cheapest to run.
    qualify row_number() over (partition by model order by own_usd_per_m_tokens, precision) = 1
    order by apis desc, model
    limit ?
"""
_SOURCES = """
    with last as (
        select
            provider,
            source,
            max(seen_on) filter (where status in ('ok', 'partial', 'no_public_price')) as read_on,
            arg_max(status, seen_on) as status
        from v1.source_health
        where not starts_with(source, 'backfill/')
        group by all
    )
    select
        count(*) as sources,
        count(*) filter (where read_on >= ?::date - 7) as read_within_a_week,
        count(*) filter (where read_on is null and status = 'needs_key') as without_key,
        (select count(*) from v1.quality_events where status = 'held') as held,
        (select count(*) from v1.offers_latest) as prices
    from last
"""


def answers(con: Connection, today: date) -> dict[str, Any]:
    """Return what is asked most: cheapest, changes, tokens, sources.

    cheapest: the lowest on-demand price of the GPUs that most providers rent out, in USD per GPU-hour.
    changes: the largest moves of whole prices in the last 30 days, as `timeline.changes` has them.
    tokens: USD per million tokens of the models that most APIs host, on one's own rented GPUs at full use and by API.
    sources: counts of sources, of those read within a week, of prices and of held ones.
    """
    moves = timeline.changes(con, PriceFilter(), today - _LATELY, 0.01, "drop")
    moves = [move for move in moves if move["pct"] is not None and move["kind"] != timeline.ANNOUNCED]
    moves.sort(key=lambda move: (-abs(move["pct"]), move["provider"], move["series_id"]))
    (sources,) = records(con.execute(_SOURCES, [today]))
    return {
        "as_of": today,
        "cheapest": records(con.execute(_CHEAPEST, [_GPUS])),
        "changes": moves[:_CHANGES],
        "tokens": records(con.execute(_TOKENS, [_MODELS])),
        "sources": sources,
    }
