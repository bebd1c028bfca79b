-- Prices in force on a day that costs are computed from: all-in prices of machines of whole known GPUs, of each
-- provider's best source, none of them quarantined, and no "from" price but of a commitment. Those that are sold out or
-- too small are among them, for the macros of renting to say so. spec, is_form_assumed: as in marts.priced_gpus;
-- is_marketplace: whether the machines belong to others; has_fabric: whether the provider states a fast network between
-- its machines.
create or replace macro marts.cost_offers_as_of(as_of, max_age := 35) as table
select
    prices.*,
    priced_gpus.spec,
    priced_gpus.is_form_assumed,
    exists(
        from marts.marketplaces
        where marketplaces.provider = prices.provider and prices.instance ilike marketplaces.instance_like
    ) as is_marketplace,
    exists(
        from marts.provider_facts
        where provider_facts.provider = prices.provider
            and provider_facts.fact = 'interconnect'
            and provider_facts.status = 'read'
            and names_fabric(provider_facts.value)
    ) as has_fabric
from core.prices_as_of(as_of, max_age := max_age) as prices
left join marts.priced_gpus
    on
        priced_gpus.gpu = prices.gpu
        and priced_gpus.form_factor is not distinct from prices.form_factor
        and priced_gpus.gpu_memory_gb is not distinct from prices.gpu_memory_gb
where prices.price_scope = 'instance'
    and prices.usd_per_gpu_hour > 0
    and prices.gpu is not null
    and prices.gpu_count >= 1
    and prices.gpu_count = floor(prices.gpu_count)
    and prices.is_preferred
    and not is_bound(prices.is_floor, prices.pricing_model)
    -- Quarantined now: no earlier day's prices are doubted for it.
    and (as_of::date < core.as_of_day() or prices.series_id not in (select series_id from core.quarantined_series));
