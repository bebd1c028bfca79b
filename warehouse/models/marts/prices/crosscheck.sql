-- Our current prices beside those of independent catalogs (`gpuhour crosscheck`), with both receipts. For spot prices
-- of zones, the lowest are compared.
-- materialized: table
-- key: series_id, catalog
-- columns:
--   matched_by: 'machine' (same instance type, region, pricing model and term) or, for providers whose machine names in
--     the catalog all differ from ours, 'gpu' (same GPU, count, pricing model and term; the lowest price of each side)
--   difference_pct: their price minus ours, in percent of ours
--   agrees: at most 5 % apart
with priced as (
    select *, starts_with(source, 'crosscheck/') as is_theirs, lower(instance) as machine,
        coalesce(term_months, -1) as term, replace(source, 'crosscheck/', '') as catalog
    from core.cost_offers
    where age_days <= 7
        and coalesce(upfront, '') in ('', 'none')
        and pricing_model in ('on_demand', 'spot', 'reserved')
),
ours as (
    select * from priced
    where not is_theirs and is_preferred and provider in (select provider from priced where is_theirs)
    qualify row_number() over (
        partition by provider, machine, region, pricing_model, term, gpu_count order by usd_per_gpu_hour, series_id
    ) = 1
),
theirs as (
    select * from priced
    where is_theirs
    qualify row_number() over (
        partition by catalog, provider, machine, region, pricing_model, term, gpu_count
        order by usd_per_gpu_hour, series_id
    ) = 1
),
by_machine as (
    select 'machine' as matched_by, ours.series_id, theirs.series_id as their_series_id, theirs.catalog
    from ours
    join theirs using (provider, machine, region, pricing_model, term, gpu_count)
    where machine <> ''
),
strangers as (
    select provider, catalog from theirs group by all
    except
    select ours.provider, by_machine.catalog from by_machine join ours using (series_id)
),
by_gpu as (
    select 'gpu' as matched_by, ours_by_gpu.series_id, theirs.series_id as their_series_id, theirs.catalog
    from (
        select * from ours
        qualify row_number() over (
            partition by provider, gpu, gpu_memory_gb, gpu_count, pricing_model, term
            order by usd_per_gpu_hour, series_id
        ) = 1
    ) as ours_by_gpu
    join theirs using (provider, gpu, gpu_memory_gb, gpu_count, pricing_model, term)
    join strangers on strangers.provider = theirs.provider and strangers.catalog = theirs.catalog
    qualify
        row_number()
            over (partition by ours_by_gpu.series_id, theirs.catalog order by theirs.usd_per_gpu_hour, theirs.series_id)
        = 1
)
select
    ours.provider,
    matches.catalog,
    matches.matched_by,
    ours.gpu,
    ours.form_factor,
    ours.gpu_memory_gb,
    ours.gpu_count,
    ours.instance,
    ours.region,
    ours.pricing_model, ours.term_months,
    ours.usd_per_gpu_hour, theirs.usd_per_gpu_hour as their_usd_per_gpu_hour,
    round(100 * (theirs.usd_per_gpu_hour::double / ours.usd_per_gpu_hour - 1), 2) as difference_pct,
    abs(theirs.usd_per_gpu_hour::double / ours.usd_per_gpu_hour - 1) <= 0.05 as agrees,
    ours.observed_at, theirs.observed_at as their_observed_at,
    ours.source_url,
    theirs.source_url as their_source_url,
    ours.sha256,
    theirs.sha256 as their_sha256,
    ours.text,
    theirs.text as their_text,
    theirs.gpu as their_gpu, theirs.instance as their_instance, ours.series_id, theirs.series_id as their_series_id
from (from by_machine union all by name from by_gpu) as matches
join ours using (series_id)
join theirs on theirs.series_id = matches.their_series_id
order by abs(difference_pct) desc, provider, catalog, instance, region, pricing_model, term_months
