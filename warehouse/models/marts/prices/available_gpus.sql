-- GPUs that a provider offers: as the reference document lists them, and as its pages do now.
-- materialized: table
-- key: edition, provider, gpu
select distinct
    'seed' as edition,
    seed_availability.as_of,
    coalesce(provider_aliases.provider, lower(seed_availability.provider)) as provider,
    seed_availability.gpu
from seeds.seed_availability
left join seeds.provider_aliases on provider_aliases.alias = lower(seed_availability.provider)
union all
select distinct 'newest' as edition, core.as_of_day() as as_of, prices.provider, prices.gpu
from core.prices_as_of(core.as_of_day(), max_age := 7) as prices
where prices.source <> 'seed' and prices.gpu is not null
order by all
