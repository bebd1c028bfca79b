-- View: the price in force now of every series, with its age, its quality and its receipt. Now is the day of the build where
-- prices came live, else the newest day that was recorded.
-- Grain: series_id. Prices seen by a look not more than 35 days before, as v1.prices_as_of gives them. is_held: the source
-- states something newer that is held back (v1.quality_events says why), and this price is the last good one.
with now as (
    select has_live, built_at, core.as_of_day() as as_of from v1.meta
),
last_looks as (
    select provider, feed, seen_on as last_seen_on, max(captured_at) as last_seen_at
    from core.looks
    where status in ('ok', 'no_public_price')
    group by all
)
select
    p.* exclude (valid_to, ended_by, old_usd_per_gpu_hour, old_ended_by, age_days),
    n.as_of,
    l.last_seen_at,
    (date_diff('second', l.last_seen_at, if(n.has_live, n.built_at, (n.as_of + 1)::timestamptz)) / 3600)::decimal(18, 1)
        as age_hours,
    p.age_days::integer as age_days,
    h.series_id is not null as is_held
from v1.prices_as_of(core.as_of_day()) as p
cross join now as n
left join core.held as h using (series_id)
left join last_looks as l on l.provider = p.provider and l.feed = p.feed and l.last_seen_on = p.last_seen_on
