-- The reference document's price tables, for its day and for now: on demand, reserved for a year and spot, side by
-- side. USD per GPU-hour; NULL: not offered or unknown.
-- materialized: table
-- key: edition, gpu, gpu_memory_gb, provider, market
select
    edition,
    as_of,
    gpu,
    gpu_memory_gb,
    provider,
    market,
    max(usd_per_gpu_hour) filter (where pricing_model = 'on_demand') as on_demand,
    max(usd_per_gpu_hour) filter (where pricing_model = 'reserved') as reserved_1y,
    max(usd_per_gpu_hour) filter (where pricing_model = 'spot') as spot
from marts.provider_prices
group by all
order by edition, gpu, gpu_memory_gb desc, on_demand desc nulls last, provider
