-- Prices that the gate quarantined. Key: event_id. old: the last good price, new: the quarantined one, USD per
-- GPU-hour.
select
    quality_events.event_id,
    series.series_id,
    quality_events.date,
    quality_events.last_good_usd_per_gpu_hour as old,
    quality_events.usd_per_gpu_hour as new,
    quality_events.class,
    quality_events.reason,
    series.provider,
    series.source,
    series.instance,
    series.gpu,
    series.gpu_memory_gb,
    series.form_factor,
    series.gpu_count,
    series.region,
    series.zone,
    series.pricing_model,
    series.term_months, quality_events.source_url, quality_events.sha256
from v1.quality_events
join series using (series_id)
where quality_events.verdict = 'quarantine' and series.n in (select n from scoped)
order by quality_events.date, quality_events.event_id
