-- Current all-in prices of machines whose GPU is known, of every source, without the reference document: what providers
-- and catalogs are compared by. Costs are computed from marts.cost_offers_as_of. Columns as in core.offers_latest.
-- materialized: table
-- key: series_id
select
    series_id,
    source,
    provider,
    instance,
    region,
    gpu,
    form_factor,
    gpu_memory_gb,
    gpu_count,
    pricing_model,
    term_months,
    upfront,
    price_scope,
    usd_per_gpu_hour,
    availability,
    last_seen_on,
    observed_at,
    origin,
    source_url,
    sha256,
    text,
    as_of,
    age_days, is_held, is_preferred
from core.offers_latest
where price_scope = 'instance' and usd_per_gpu_hour > 0 and gpu is not null and source <> 'seed'
    and not is_bound(is_floor, pricing_model)
