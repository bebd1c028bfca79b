-- Each provider's lowest price per GPU-hour of each spec that is not sold out, on the reference document's day and now.
-- materialized: table
-- key: edition, provider, spec, pricing_model
-- columns:
--   edition: seed (the reference document's day) or newest
--   usd_per_gpu_hour: USD per GPU-hour; reserved means one year
select
    provider_prices.edition,
    provider_prices.as_of,
    provider_prices.provider,
    priced_gpus.spec,
    provider_prices.pricing_model,
    min(provider_prices.usd_per_gpu_hour) as usd_per_gpu_hour
from marts.provider_prices
join marts.priced_gpus
    on
        priced_gpus.gpu = provider_prices.gpu
        and priced_gpus.gpu_memory_gb = provider_prices.gpu_memory_gb
        and priced_gpus.form_factor is not distinct from provider_prices.form_factor
where provider_prices.edition = 'seed' and priced_gpus.spec is not null
group by all
union all
select
    'newest' as edition,
    core.as_of_day() as as_of,
    provider,
    spec,
    pricing_model,
    min(usd_per_gpu_hour) as usd_per_gpu_hour
from marts.cost_offers_as_of(core.as_of_day())
where source <> 'seed'
    and spec is not null
    and not is_sold_out(availability)
    and (pricing_model in ('on_demand', 'spot') or (pricing_model = 'reserved' and term_months = 12))
group by all
