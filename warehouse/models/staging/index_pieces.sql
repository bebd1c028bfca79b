-- When each price counts in an index: while it is in force and was seen by a look not more than seven days before.
-- Of this build's days only, and of the day that they are linked to.
-- Grain: series_no x from_on. from_on, to_on: UTC days, to_on exclusive. usd_per_gpu_hour: USD per GPU-hour; price in its
-- currency and price_unit. An interval falls into several where its source was not read for longer.
with reads as (
    select provider, source as feed, seen_on from core.source_days where status in ('ok', 'partial')
    union
    select provider, feed, seen_on from core.looks where origin = 'seed'
),
gaps as (
    select *, coalesce(seen_on - lag(seen_on) over one > 8, true) as starts
    from reads
    window one as (partition by provider, feed order by seen_on)
),
numbered as (
    select *, sum(starts::integer) over (partition by provider, feed order by seen_on) as nth from gaps
),
fresh as (
    select provider, feed, min(seen_on) as from_on, max(seen_on) + 8 as to_on from numbered group by provider, feed, nth
),
newest as (select max(seen_on) + 1 as to_on from core.looks),
-- Materialized, so that intervals are joined by series and never by their days.
windows as materialized (
    select
        s.series_no, s.index_id, s.provider, s.rank, f.from_on, least(f.to_on, n.to_on) as to_on,
        coalesce(k.since_on, b.from_on) as since_on
    from staging.index_series as s
    join fresh as f using (provider, feed)
    cross join newest as n
    cross join staging.index_from as b
    left join staging.index_since as k using (index_id)
    where f.to_on > coalesce(k.since_on, b.from_on)
)
select
    i.series_no,
    w.index_id,
    w.provider,
    w.rank,
    greatest(i.valid_from, w.from_on) as from_on,
    least(coalesce(i.valid_to, 'infinity'), i.last_on + 8, w.to_on) as to_on,
    i.usd_per_gpu_hour,
    i.price,
    i.currency,
    i.price_unit
from core.intervals as i
join windows as w
    on w.series_no = i.series_no
    and i.valid_from < w.to_on
    and least(coalesce(i.valid_to, 'infinity'), i.last_on + 8) > greatest(w.from_on, w.since_on)
where i.usd_per_gpu_hour > 0
