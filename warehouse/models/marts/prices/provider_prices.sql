-- Each provider's lowest price of a whole GPU per pricing model, on the reference document's day and now. Fractions of
-- a GPU, components, lower bounds and prices older than a week are left out; what is sold out is named only where
-- nothing else is.
-- instance, region and receipt: of that lowest price; n_offers: number of prices it is the lowest of.
-- materialized: table
-- key: edition, provider, market, gpu, gpu_memory_gb, pricing_model
-- columns:
--   market: first_party, or marketplace (other people's machines, aggregators included)
--   usd_per_gpu_hour: USD per GPU-hour; reserved means one year
with editions as (
    select 'seed' as edition, (select max(as_of) from seeds.seed_prices) as as_of, *
    from core.price_intervals
    where source = 'seed'
    union all by name
    select 'newest' as edition, core.as_of_day() as as_of, *
    from core.prices_as_of(core.as_of_day(), max_age := 7) as prices
    where source <> 'seed' and is_preferred
),
offers as (
    select editions.*, if(marketplaces.provider is null, 'first_party', 'marketplace') as market
    from editions
    left join
        seeds.marketplaces
        on marketplaces.provider = editions.provider and editions.instance ilike marketplaces.instance_like
)
select
    edition,
    as_of,
    provider,
    market,
    gpu,
    gpu_memory_gb,
    pricing_model,
    usd_per_gpu_hour,
    count(*) over same as n_offers,
    instance,
    region,
    form_factor,
    availability,
    observed_at,
    origin,
    source_url
from offers
where usd_per_gpu_hour is not null
    and gpu is not null
    and gpu_memory_gb is not null
    and gpu_count >= 1
    and not is_bound(is_floor, pricing_model)
    and (pricing_model in ('on_demand', 'spot') or (pricing_model = 'reserved' and term_months = 12))
window same as (partition by edition, provider, market, gpu, gpu_memory_gb, pricing_model)
-- Among several at the lowest price always the same one, or a rebuild would differ.
qualify row_number() over (same order by is_sold_out(availability), usd_per_gpu_hour, instance, region, series_id) = 1
