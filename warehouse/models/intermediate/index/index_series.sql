-- Series that an index may count, and the index of each: all-in prices of whole GPUs of known model and memory, without
-- commitment, by the kind of who rents them out. A memory size in which the GPU is not made is a slice of one and does
-- not count; nor does what a reseller asks for another cloud's machine, which would give that cloud a second vote.
-- materialized: table
-- key: series_no
-- columns:
--   index_id: GPU, memory, pricing model and kind of provider
--   constituent: the provider's slug; series.provider may be another of its names
--   provider_kind: hyperscaler, neocloud, marketplace, as in seeds/provider_facts.csv; neocloud where that states none
--   place: the order of series_id, which decides between equal prices
with memory_sizes as (
    select distinct model as gpu, unnest(string_split(memory_gb::varchar, ';'))::decimal(9, 3) as gpu_memory_gb
    from seeds.gpus
),
constituents as (
    select providers.provider, coalesce(provider_aliases.provider, providers.provider) as constituent
    from (select distinct provider from intermediate.series) as providers
    left join seeds.provider_aliases on provider_aliases.alias = replace(lower(providers.provider), '-', ' ')
),
types as (
    select provider as constituent, any_value(value) as type from seeds.provider_facts where fact = 'type' group by all
),
counted as (
    select
        series.*,
        constituents.constituent,
        -- A provider may rent out its own machines and, under other names, those of many hosts.
        if(marketplaces.provider is null, coalesce(types.type, 'neocloud'), 'marketplace') as provider_kind
    from intermediate.series
    join memory_sizes using (gpu, gpu_memory_gb)
    join constituents on constituents.provider = series.provider
    left join types on types.constituent = constituents.constituent
    left join
        seeds.marketplaces
        on marketplaces.provider = constituents.constituent and series.instance ilike marketplaces.instance_like
    where not series.is_announced
        and series.price_scope = 'instance'
        and series.pricing_model in ('on_demand', 'spot')
        and series.gpu_count >= 1
        and not series.is_bound
        and coalesce(marketplaces.priced_by <> 'resold', true)
)
select
    concat_ws(
        '-',
        replace(lower(gpu), ' ', '-'),
        format('{:g}gb', gpu_memory_gb::double),
        replace(pricing_model, '_', '-'),
        provider_kind
    ) as index_id,
    series_no,
    provider,
    constituent,
    provider_kind,
    if(provider_kind = 'marketplace', 'marketplace', 'first_party') as market,
    feed,
    rank,
    gpu,
    gpu_memory_gb,
    pricing_model,
    row_number() over (order by series_id)::integer as place
from counted
where provider_kind in ('hyperscaler', 'neocloud', 'marketplace')
