-- Announced changes, not in force yet, the soonest first. Grain: event_id.
select
    event_id, seq, series_id, source, provider, instance, gpu, gpu_memory_gb, region, zone, pricing_model, term_months,
    changed_on, observed_at, old_usd_per_gpu_hour, new_usd_per_gpu_hour, pct, source_url, sha256
from made.changes
where kind = 'announced'
order by changed_on, seq
limit 100
