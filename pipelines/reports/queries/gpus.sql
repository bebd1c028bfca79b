-- Every GPU that was ever priced. Grain: gpu x gpu_memory_gb. since, until: first and last day of a price.
select
    gpu,
    gpu_memory_gb,
    any_value(vendor) as vendor,
    count(distinct series_id) as n_series,
    count(distinct provider) as n_providers,
    min(valid_from) as since,
    max(last_seen_on) as until
from v1.price_intervals
where gpu is not null and source <> 'seed'
group by all
order by gpu, gpu_memory_gb nulls first
