-- On-demand events of each GPU that charts may mark: price changes that the default alert rules would report (at least
-- two percent), the largest first; prices that the gate held back, the newest first. Grain: gpu x gpu_memory_gb x
-- event x provider x form_factor x changed_on. reason: why a price was held back.
with moves as (
    select
        'moved' as event, gpu, gpu_memory_gb, form_factor, provider, source, instance, region, zone, changed_on, kind,
        old_usd_per_gpu_hour, new_usd_per_gpu_hour, abs(pct) as size, '' as reason, source_url, sha256
    from made.changes
    where kind in ('drop', 'rise') and abs(pct) >= 2 and pricing_model = 'on_demand' and price_scope = 'instance'
        and gpu_count >= 1 and gpu is not null and source <> 'seed'
    qualify row_number() over (
        partition by gpu, gpu_memory_gb, form_factor, provider, changed_on order by new_usd_per_gpu_hour, seq
    ) = 1
),
held as (
    select
        'held' as event, series.gpu, series.gpu_memory_gb, series.form_factor, series.provider, series.source,
        series.instance, series.region, series.zone, quality_events.date as changed_on, 'held' as kind,
        quality_events.last_good_usd_per_gpu_hour as old_usd_per_gpu_hour,
        quality_events.usd_per_gpu_hour as new_usd_per_gpu_hour,
        epoch(quality_events.date) / 86400 as size, quality_events.reason, quality_events.source_url,
        quality_events.sha256
    from v1.quality_events
    join v1.series using (series_id)
    where quality_events.verdict = 'quarantine' and quality_events.status <> 'released'
        and quality_events.usd_per_gpu_hour is not null and quality_events.pricing_model = 'on_demand'
        and series.price_scope = 'instance' and series.gpu is not null
    qualify row_number() over (
        partition by series.gpu, series.gpu_memory_gb, series.form_factor, series.provider, quality_events.date
        order by quality_events.usd_per_gpu_hour, quality_events.event_id
    ) = 1
)
from (from moves union all by name from held)
qualify row_number() over (
    partition by event, gpu, gpu_memory_gb order by size desc, changed_on desc, provider, form_factor
) <= 100
order by gpu, gpu_memory_gb, event, size desc, changed_on desc, provider, form_factor
