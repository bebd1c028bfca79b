-- Prices by their keys, with the one before each and the dimensions of their series. Grain: n x piece x i.
-- trigger_id: as in v1.price_changes or, of what its source took back, v1.quality_events.
with wanted as (
    select distinct unnest($ns::int[]) as n, unnest($pieces::int[]) as piece, unnest($is::int[]) as i
),
near as (
    select m.n, m.piece, m.i, m.next_day, t.* exclude (n), lag(t.usd) over same as prev_usd, lag(t.value) over same as prev_value
    from moves as m
    join stated as t using (r)
    where m.n in (select n from wanted)
    window same as (partition by m.n, m.piece order by m.i)
)
select
    m.n, m.piece, m.i, s.series_id,
    coalesce(m.withdrawn_id, md5(concat_ws('|', s.series_id, m.day, case
        when m.old_ended_by is null then 'new'
        when m.old_ended_by = 'gone' then 'back'
        when m.usd < m.old_usd then 'drop'
        when m.usd > m.old_usd then 'rise'
    end, epoch_us(m.observed_at)))) as trigger_id,
    m.day, (m.observed_at at time zone 'UTC')::date as seen_on, m.next_day, m.usd, m.value, m.currency, m.quality,
    m.availability, m.prev_usd, m.prev_value,
    s.provider, s.source, s.instance, s.gpu, s.gpu_memory_gb, s.form_factor, s.gpu_count, s.region, s.zone, s.pricing_model,
    s.term_months, s.upfront, s.market, s.is_page
from wanted as w
join near as m using (n, piece, i)
join series as s using (n)
