-- The reference document's first table: a provider's GPUs in one line, and its A100 40 GB on demand as an indicator.
-- materialized: table
-- key: edition, provider
-- columns:
--   indicator_usd_per_gpu_hour: USD per GPU-hour, NULL where the provider has no such offer
select
    available_gpus.edition,
    available_gpus.as_of,
    available_gpus.provider,
    string_agg(distinct available_gpus.gpu, ', ' order by available_gpus.gpu) as available_gpus,
    max(provider_prices.usd_per_gpu_hour) as indicator_usd_per_gpu_hour,
    max(coalesce(nullif(provider_prices.instance, ''), printed.indicator_sku)) as indicator_sku,
    max(printed.indicator_usd_per_gpu_hour) as indicator_printed
from marts.available_gpus
left join marts.provider_prices
    on provider_prices.edition = available_gpus.edition
    and provider_prices.provider = available_gpus.provider
    and provider_prices.gpu = 'A100'
    and provider_prices.gpu_memory_gb = 40
    and provider_prices.pricing_model = 'on_demand'
left join (
    select distinct
        coalesce(provider_aliases.provider, lower(seed_availability.provider)) as provider,
        seed_availability.indicator_sku,
        seed_availability.indicator_usd_per_gpu_hour
    from seeds.seed_availability
    left join seeds.provider_aliases on provider_aliases.alias = lower(seed_availability.provider)
) as printed on printed.provider = available_gpus.provider and available_gpus.edition = 'seed'
group by all
order by edition, indicator_usd_per_gpu_hour desc nulls last, provider
