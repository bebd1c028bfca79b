-- Prices that the gate held back. Grain: event_id. old: the last good price, new: the doubted one, USD per GPU-hour.
select
    e.event_id, s.series_id, e.date, e.last_good_usd_per_gpu_hour as old, e.usd_per_gpu_hour as new, e.class, e.reason,
    s.provider, s.source, s.instance, s.gpu, s.gpu_memory_gb, s.form_factor, s.gpu_count, s.region, s.zone, s.pricing_model,
    s.term_months, e.source_url, e.sha256
from v1.quality_events as e
join series as s using (series_id)
where e.verdict = 'quarantine' and s.n in (select n from scoped)
order by e.date, e.event_id
