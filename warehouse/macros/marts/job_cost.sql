-- The all-in bill of a job on that many GPUs of one kind, at every price in force on a day: whole machines, egress at
-- the provider's rates, storage for as long as the job runs. One row per series with an all-in price of a whole GPU:
-- filter on gpu, provider, pricing_model. gpus: needed at once; gpus_billed: GPUs of the machines that hold them.
-- hours: of the job; months of 730. egress_gb: over the whole job, spread evenly over its months; storage_gb: stored
-- throughout; GB of 1e9 bytes. *_usd: NULL where no rate was read in a source, and then total_usd too; at_least_usd:
-- the sum of the known parts; unverified: those of the unknown rates that are on record from memory alone. reason: why
-- so many GPUs cannot be expected there now, NULL: they can.
create or replace macro marts.job_cost(
    gpus, hours, egress_gb := 0, storage_gb := 0, as_of := null, max_age := 35
) as table
with billed as (
    select
        prices.*,
        gpus_billed(gpus, prices.gpu_count) as gpus_billed,
        greatest(ceil(hours / hours_per_month()), 1) as n_bills,
        coalesce(egress_gb, 0)::double as gb_out,
        coalesce(storage_gb, 0)::double as gb_held
    from marts.cost_offers_as_of(coalesce(as_of, core.as_of_day()), max_age := max_age) as prices
    where prices.source <> 'seed'
),
parts as (
    select
        billed.*,
        billed.usd_per_gpu_hour::double * billed.gpus_billed * hours as compute_usd,
        if(gb_out = 0, 0, n_bills * usd_at_rates(gb_out / n_bills, provider_rates.egress_rates)) as egress_usd,
        if(gb_held = 0, 0, hours / hours_per_month() * usd_at_rates(gb_held, provider_rates.storage_rates))
            as storage_usd,
        provider_rates.egress_note, provider_rates.storage_note, provider_rates.unverified as unverified_rates,
        why_no_job(
            gpus, billed.gpu_count, billed.max_gpu_count, billed.price_unit, billed.availability, billed.is_marketplace
        ) as reason
    from billed
    left join marts.provider_rates using (provider)
)
select
    provider, gpu, form_factor, gpu_memory_gb, gpu_count, pricing_model, term_months, instance, region, region_id,
    country, continent, series_id,
    usd_per_gpu_hour, gpus_billed::integer as gpus_billed, (gpus_billed / gpu_count)::integer as n_machines,
    round(compute_usd, 2) as compute_usd, round(egress_usd, 2) as egress_usd, round(storage_usd, 2) as storage_usd,
    round(compute_usd + egress_usd + storage_usd, 2) as total_usd,
    round(compute_usd + coalesce(egress_usd, 0) + coalesce(storage_usd, 0), 2) as at_least_usd,
    concat_ws(', ', if(egress_usd is null, 'egress', null), if(storage_usd is null, 'storage', null)) as unknown,
    nullif(concat_ws(', ',
        if(egress_usd is null and unverified_rates like '%egress%', 'egress', null),
        if(storage_usd is null and unverified_rates like '%storage%', 'storage', null)
    ), '') as unverified,
    egress_note, storage_note, availability, reason, last_seen_on, is_carried_forward, origin, source_url
from parts;
