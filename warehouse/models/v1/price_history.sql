-- Every priced observation with its receipt: what one source stated, when it was seen, and the words it was read from.
-- Grain: series_id x observed_at. usd_per_gpu_hour: USD per GPU-hour, NULL for components. rank: 1 answers first.
-- usd_per_unit, rate_on: the exchange rate used, USD per unit of the currency, and its day.
-- feed: the source as v1.source_health names it.
select
    series_id,
    provider,
    instance,
    gpu,
    vendor,
    form_factor,
    gpu_memory_gb,
    gpu_count,
    region,
    pricing_model,
    term_months,
    upfront,
    price,
    currency,
    usd_per_unit,
    rate_on,
    price_unit,
    usd_per_gpu_hour,
    price_scope,
    observed_at,
    observed_on,
    landed_at,
    effective_from,
    source,
    feed,
    rank,
    origin,
    availability,
    gpu_label,
    text,
    source_url,
    sha256,
    parser_version
from core.observations
order by provider, instance, series_id, observed_at
