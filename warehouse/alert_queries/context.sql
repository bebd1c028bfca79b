-- What stands around a told price: its receipt, the series' last days, and who asks what for the same. Grain: event_id.
-- asked: event_id, series_id, day, usd. rank_now, rank_before, n_providers: among the providers' lowest prices of the same GPU,
-- memory and terms, on the day and the day before. median_30d: of the series' own daily prices in the 30 days before.
-- lowest_since: the last day on which it cost as little; NULL where it never did. n_days: since the series is known.
with asked_of as (
    select a.*, s.provider, s.gpu, s.gpu_memory_gb, s.pricing_model, s.term_months
    from asked as a
    join v1.series as s using (series_id)
    qualify row_number() over (partition by a.event_id) = 1
),
mine as (
    select a.event_id, a.day as asked_on, a.usd as asked_usd, i.*
    from asked_of as a
    join v1.price_intervals as i using (series_id)
    where i.usd_per_gpu_hour > 0 and i.valid_from <= a.day
),
daily as (
    select event_id, unnest(generate_series(asked_on - 30, asked_on - 1, interval 1 day))::date as d
    from (select distinct event_id, asked_on from mine)
),
days as (
    select d.event_id, d.d, m.usd_per_gpu_hour::double as usd
    from daily as d
    join mine as m on m.event_id = d.event_id and m.valid_from <= d.d and coalesce(m.valid_to, 'infinity') > d.d
),
before as (
    select
        event_id,
        median(usd) as median_30d,
        list(usd order by d) as recent
    from days
    group by event_id
),
past as (
    select
        event_id,
        any_value(asked_on) - min(valid_from) as n_days,
        max(least(coalesce(valid_to, asked_on), asked_on)) filter (
            where valid_from < asked_on and usd_per_gpu_hour::double <= asked_usd + 1e-9
        ) as lowest_since
    from mine
    group by event_id
),
receipt as (
    select event_id, price, currency, price_unit, availability, effective_from, source_url, sha256, text, observed_at, quality,
        parser_version
    from mine
    qualify row_number() over (partition by event_id order by valid_from desc, observed_at desc) = 1
),
groups as (
    select distinct gpu, gpu_memory_gb, pricing_model, term_months, day from asked_of
),
rivals as (
    select
        g.gpu, g.gpu_memory_gb, g.pricing_model, g.term_months, g.day, i.provider,
        min(i.usd_per_gpu_hour::double) filter (where i.valid_from <= g.day and coalesce(i.valid_to, 'infinity') > g.day) as now,
        min(i.usd_per_gpu_hour::double) filter (where i.valid_from < g.day and coalesce(i.valid_to, 'infinity') >= g.day)
            as before
    from groups as g
    join v1.price_intervals as i
        on i.gpu = g.gpu and i.gpu_memory_gb is not distinct from g.gpu_memory_gb and i.pricing_model = g.pricing_model
        and i.term_months is not distinct from g.term_months and i.valid_from <= g.day
        and coalesce(i.valid_to, 'infinity') >= g.day and i.last_seen_on >= g.day - 8
    where i.usd_per_gpu_hour > 0 and i.price_scope = 'instance'
    group by all
),
ranked as (
    select
        *,
        rank() over (partition by gpu, gpu_memory_gb, pricing_model, term_months, day order by now nulls last) as rank_now,
        rank() over (partition by gpu, gpu_memory_gb, pricing_model, term_months, day order by before nulls last) as rank_before,
        count(now) over (partition by gpu, gpu_memory_gb, pricing_model, term_months, day) as n_providers
    from rivals
)
select
    a.event_id, r.price, r.currency, r.price_unit, r.availability, r.effective_from, r.source_url, r.sha256, r.text, r.observed_at,
    r.quality, r.parser_version, b.median_30d, b.recent, p.lowest_since, p.n_days,
    if(k.now is null, null, k.rank_now) as rank_now, if(k.before is null, null, k.rank_before) as rank_before, k.n_providers
from asked_of as a
left join receipt as r using (event_id)
left join before as b using (event_id)
left join past as p using (event_id)
left join ranked as k
    on k.gpu = a.gpu and k.gpu_memory_gb is not distinct from a.gpu_memory_gb and k.pricing_model = a.pricing_model
    and k.term_months is not distinct from a.term_months and k.day = a.day and k.provider = a.provider
