-- Providers side by side, by the reference document's criteria: price, availability, delivery, network, support, and
-- additional charges. A provider without a current price has one row without a GPU. on_demand_, reserved_,
-- spot_usd_per_gpu_hour: the lowest all-in price of what is not sold out, USD per GPU-hour. egress_usd_10tb, _30tb: USD
-- for that many decimal terabytes in a month. NULL: unknown, or not read in a source yet.
-- materialized: table
-- key: provider, gpu, form_factor, gpu_memory_gb
-- columns:
--   max_gpu_count: GPU count of the largest machine
--   n_regions: number of regions with a price; regions that the page does not distinguish count as one
--   regions_stated: regions that the provider names, whatever the hardware there
--   availability: the best availability stated
--   unverified: what is on record from memory alone, "fact: value; ...": in no other column of this row
with offers as (
    select
        provider, gpu, form_factor, gpu_memory_gb,
        min(usd_per_gpu_hour) filter (where pricing_model = 'on_demand' and not is_sold_out(availability))
            as on_demand_usd_per_gpu_hour,
        min(usd_per_gpu_hour) filter (where pricing_model = 'reserved' and not is_sold_out(availability))
            as reserved_usd_per_gpu_hour,
        min(usd_per_gpu_hour) filter (where pricing_model = 'spot' and not is_sold_out(availability))
            as spot_usd_per_gpu_hour,
        max(gpu_count) as max_gpu_count,
        count(distinct region) as n_regions,
        arg_min(availability, list_position(['available', 'limited', 'waitlist', 'sold_out', 'unknown'], availability))
            as availability,
        max(last_seen_on) as last_seen_on,
        if(bool_or(origin = 'sample'), 'sample', min(origin)) as origin
    from core.cost_offers
    where is_preferred
    group by all
),
facts as (
    select
        provider,
        max(value) filter (where fact = 'type') as type,
        max(value) filter (where fact = 'hq_country') as hq_country,
        max(value) filter (where fact = 'regions') as regions_stated,
        max(value) filter (where fact = 'delivery') as delivery,
        max(value) filter (where fact = 'interconnect') as interconnect,
        max(value) filter (where fact = 'support') as support,
        max(value) filter (where fact = 'minimum') as minimum_commitment,
        max(value) filter (where fact = 'billing_seconds')::integer as billing_seconds,
        string_agg(concat(fact, ': ', stated), '; ' order by fact) filter (where status = 'unverified') as unverified
    from (
        select * replace (if(status = 'read', value, null) as value), value as stated
        from marts.provider_facts
    )
    group by provider
)
select
    provider,
    facts.type,
    facts.hq_country,
    offers.* exclude (provider),
    facts.regions_stated,
    facts.delivery,
    facts.interconnect,
    facts.support,
    facts.minimum_commitment,
    facts.billing_seconds,
    usd_at_rates(10000, provider_rates.egress_rates) as egress_usd_10tb,
    usd_at_rates(30000, provider_rates.egress_rates) as egress_usd_30tb,
    provider_rates.egress_note,
    provider_rates.storage_rates[1].usd as storage_usd_per_gb_month,
    provider_rates.storage_note,
    facts.unverified
from offers
full join facts using (provider)
left join marts.provider_rates using (provider)
order by gpu nulls last, gpu_memory_gb, form_factor, on_demand_usd_per_gpu_hour nulls last, provider
