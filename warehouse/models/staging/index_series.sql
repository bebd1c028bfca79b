-- The series that an index may count: all-in prices of whole GPUs whose model and memory are known, without commitment.
-- Grain: series_no. index_id: GPU, memory, pricing model and, of marketplaces, that; market: first_party, marketplace.
-- A memory that the GPU is not made with is a slice of one, and counts for none.
with made as (
    select distinct model as gpu, unnest(string_split(memory_gb::varchar, ';'))::decimal(9, 3) as gpu_memory_gb from seeds.gpus
)
select
    s.series_no,
    s.provider,
    s.feed,
    s.rank,
    s.gpu,
    s.gpu_memory_gb,
    s.pricing_model,
    if(m.provider is null, 'first_party', 'marketplace') as market,
    concat_ws(
        '-', replace(lower(s.gpu), ' ', '-'), format('{:g}gb', s.gpu_memory_gb::double), replace(s.pricing_model, '_', '-'),
        if(m.provider is null, null, 'marketplace')
    ) as index_id
from core.series as s
join made using (gpu, gpu_memory_gb)
left join seeds.marketplaces as m on m.provider = s.provider and s.instance ilike m.instance_like
where not s.is_announced
    and s.price_scope = 'instance'
    and s.pricing_model in ('on_demand', 'spot')
    and s.gpu_count >= 1
