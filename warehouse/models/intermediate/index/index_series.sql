-- Series that an index may count: all-in prices of whole GPUs of known model and memory, without commitment. A memory
-- size in which the GPU is not made is a slice of one and does not count.
-- materialized: table
-- key: series_no
-- columns:
--   index_id: GPU, memory, pricing model and, for marketplaces, "marketplace"
--   market: first_party, marketplace
with memory_sizes as (
    select distinct model as gpu, unnest(string_split(memory_gb::varchar, ';'))::decimal(9, 3) as gpu_memory_gb
    from seeds.gpus
)
select
    series.series_no,
    series.provider,
    series.feed,
    series.rank,
    series.gpu,
    series.gpu_memory_gb,
    series.pricing_model,
    if(marketplaces.provider is null, 'first_party', 'marketplace') as market,
    concat_ws(
        '-',
        replace(lower(series.gpu), ' ', '-'),
        format('{:g}gb', series.gpu_memory_gb::double),
        replace(series.pricing_model, '_', '-'),
        if(marketplaces.provider is null, null, 'marketplace')
    ) as index_id
from intermediate.series
join memory_sizes using (gpu, gpu_memory_gb)
left join
    seeds.marketplaces
    on marketplaces.provider = series.provider and series.instance ilike marketplaces.instance_like
where not series.is_announced
    and series.price_scope = 'instance'
    and series.pricing_model in ('on_demand', 'spot')
    and series.gpu_count >= 1
