-- New or changed prices of every observation that a page cites. Grain: series_id x valid_from x observed_at; at most
-- 120 per observation. n_of_observation: number of all.
with shown as (
    select
        sha256, provider, source, source_url, observed_at, landed_at::date as landed_on, origin, parser_version,
            gpu, gpu_memory_gb, instance, region, zone,
        pricing_model, term_months, gpu_label, text, price, currency, price_unit, usd_per_gpu_hour, price_scope,
        count(*) over (partition by sha256) as n_of_observation,
        row_number() over (
            partition by sha256
            order by gpu nulls last, gpu_memory_gb, instance, region, zone, pricing_model, term_months, series_id,
                valid_from
        ) as place
    from v1.price_intervals
    where sha256 in (select unnest($cited)) and source <> 'seed'
)
from shown
where place <= 120
order by sha256, place
