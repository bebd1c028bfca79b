-- Our prices now beside those of independent catalogs (`gpuhour crosscheck`), with both receipts.
-- Grain: series_id x catalog. matched_by: 'machine' (same instance type, region, pricing model and term) or, for providers of which the
-- catalog shares no machine name with us, 'gpu' (same GPU, count, pricing model and term; the lowest price of each side).
-- difference_pct: theirs against ours, signed, in percent of ours; agrees: at most 5 % apart. Spot prices of zones are compared by their lowest.
with priced as (
    select *, starts_with(source, 'crosscheck/') as is_theirs, lower(instance) as machine,
        coalesce(term_months, -1) as term, replace(source, 'crosscheck/', '') as catalog
    from staging.offers_now
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
        partition by catalog, provider, machine, region, pricing_model, term, gpu_count order by usd_per_gpu_hour, series_id
    ) = 1
),
by_machine as (
    select 'machine' as matched_by, o.series_id, t.series_id as their_series_id, t.catalog
    from ours as o
    join theirs as t using (provider, machine, region, pricing_model, term, gpu_count)
    where machine <> ''
),
strangers as (
    select provider, catalog from theirs group by all
    except
    select o.provider, m.catalog from by_machine as m join ours as o using (series_id)
),
by_gpu as (
    select 'gpu' as matched_by, o.series_id, t.series_id as their_series_id, t.catalog
    from (
        select * from ours
        qualify row_number() over (
            partition by provider, gpu, gpu_memory_gb, gpu_count, pricing_model, term order by usd_per_gpu_hour, series_id
        ) = 1
    ) as o
    join theirs as t using (provider, gpu, gpu_memory_gb, gpu_count, pricing_model, term)
    join strangers as s on s.provider = t.provider and s.catalog = t.catalog
    qualify row_number() over (partition by o.series_id, t.catalog order by t.usd_per_gpu_hour, t.series_id) = 1
)
select
    o.provider, m.catalog, m.matched_by, o.gpu, o.form_factor, o.gpu_memory_gb, o.gpu_count, o.instance, o.region,
    o.pricing_model, o.term_months,
    o.usd_per_gpu_hour, t.usd_per_gpu_hour as their_usd_per_gpu_hour,
    round(100 * (t.usd_per_gpu_hour::double / o.usd_per_gpu_hour - 1), 2) as difference_pct,
    abs(t.usd_per_gpu_hour::double / o.usd_per_gpu_hour - 1) <= 0.05 as agrees,
    o.observed_at, t.observed_at as their_observed_at,
    o.source_url, t.source_url as their_source_url, o.sha256, t.sha256 as their_sha256, o.text, t.text as their_text,
    t.gpu as their_gpu, t.instance as their_instance, o.series_id, t.series_id as their_series_id
from (from by_machine union all by name from by_gpu) as m
join ours as o using (series_id)
join theirs as t on t.series_id = m.their_series_id
order by abs(difference_pct) desc, provider, catalog, instance, region, pricing_model, term_months
