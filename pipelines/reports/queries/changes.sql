-- Changes that pages show: the newest of every GPU and provider, the largest of every day. Grain: event_id. n_of_day:
-- number of changes of the day; n_first_observations: those that are only first observations of a source.
with placed as (
    select
        event_id, seq, series_id, source, provider, instance, gpu, gpu_memory_gb, form_factor, gpu_count, region, zone,
        pricing_model, term_months, price_scope, changed_on, observed_at, kind, old_usd_per_gpu_hour,
            new_usd_per_gpu_hour, pct,
        source_url, sha256, is_first_observation,
        count(*) over (partition by changed_on) as n_of_day,
        sum(is_first_observation::integer) over (partition by changed_on) as n_first_observations,
        row_number() over (partition by changed_on order by is_first_observation, abs(pct) desc nulls last,
            seq) as place_of_day,
        row_number() over (partition by gpu, gpu_memory_gb order by is_first_observation, seq desc) as place_of_gpu,
        row_number() over (partition by provider order by is_first_observation, seq desc) as place_of_provider,
        row_number() over (order by is_first_observation, seq desc) as place
    from made.changes
    where kind <> 'announced'
)
from placed
where place_of_day <= 40 or place_of_gpu <= 40 or place_of_provider <= 40 or place <= 100
order by seq desc
