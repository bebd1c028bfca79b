-- Average, lowest and highest price over first-party providers, and their spread; marketplaces never count. USD per
-- GPU-hour; average is rounded half up to cents, average_exact is not; spread = highest / lowest. One provider, one
-- vote.
-- materialized: table
-- key: edition, gpu, gpu_memory_gb, pricing_model
select
    edition,
    as_of,
    gpu,
    gpu_memory_gb,
    pricing_model,
    count(*) as n_providers,
    round((sum(usd_per_gpu_hour) / count(*))::decimal(18, 6), 2) as average,
    (sum(usd_per_gpu_hour) / count(*))::decimal(18, 6) as average_exact,
    min(usd_per_gpu_hour) as lowest,
    max(usd_per_gpu_hour) as highest,
    (max(usd_per_gpu_hour) / min(usd_per_gpu_hour))::decimal(18, 4) as spread
from marts.provider_prices
where market = 'first_party'
group by all
order by edition, gpu, gpu_memory_gb desc, pricing_model
