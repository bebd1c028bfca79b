-- The document's first table: a provider's GPUs in one line, and its A100 40 GB on demand as an indicator.
-- Grain: edition x provider. indicator_usd_per_gpu_hour: USD per GPU-hour, NULL where it has no such offer.
select
    g.edition,
    g.as_of,
    g.provider,
    string_agg(distinct g.gpu, ', ' order by g.gpu) as available_gpus,
    max(p.usd_per_gpu_hour) as indicator_usd_per_gpu_hour,
    max(coalesce(nullif(p.instance, ''), s.indicator_sku)) as indicator_sku,
    max(s.indicator_usd_per_gpu_hour) as indicator_printed
from marts.available_gpus as g
left join marts.provider_prices as p
    on p.edition = g.edition
    and p.provider = g.provider
    and p.gpu = 'A100'
    and p.gpu_memory_gb = 40
    and p.pricing_model = 'on_demand'
left join (
    select distinct coalesce(a.provider, lower(s.provider)) as provider, s.indicator_sku, s.indicator_usd_per_gpu_hour
    from seeds.seed_availability as s
    left join seeds.provider_aliases as a on a.alias = lower(s.provider)
) as s on s.provider = g.provider and g.edition = 'seed'
group by all
order by edition, indicator_usd_per_gpu_hour desc nulls last, provider
