-- The offers of the explorer, cheapest first: all-in prices per GPU-hour in force, from each provider's preferred
-- source, no lower bounds. Where there are too many, each provider's lowest come before the rest. Grain: series_id.
-- n: number of all.
with comparable as (
    select *, count(*) over () as n
    from made.offers
    where usd_per_gpu_hour is not null and price_scope = 'instance' and is_preferred and gpu is not null
        and not is_bound(is_floor, pricing_model)
    qualify row_number() over (order by place is distinct from 1, usd_per_gpu_hour, series_id) <= 12000
)
select
    series_id, source, provider, instance, gpu, vendor, form_factor, gpu_memory_gb, gpu_count, region, zone, country,
    continent, pricing_model, term_months, upfront, valid_from, last_seen_on, currency, usd_per_unit,
    usd_per_gpu_hour, effective_from, effective_until, availability, vcpus, ram_gb, quality, origin, source_url,
    sha256, is_carried_forward, is_held, age_days, place, n
from comparable
order by
    usd_per_gpu_hour, is_sold_out(availability), provider, gpu, gpu_memory_gb, gpu_count, instance, region, zone,
    pricing_model, term_months, series_id
