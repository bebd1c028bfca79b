-- The price in force now of every series, with its age, its quality and its receipt. Now is the day of the build where
-- prices came live, else the newest day that was recorded. Prices seen by a scrape not more than 35 days before, as
-- core.prices_as_of gives them.
-- materialized: view
-- key: series_id
-- columns:
--   is_held: the source states something newer that is held back (v1.quality_events says why), and this price is the
--     last good one
with now as (
    select has_live, built_at, core.as_of_day() as as_of from core.meta
),
last_looks as (
    select provider, feed, seen_on as last_seen_on, max(captured_at) as last_seen_at
    from intermediate.scrapes
    where status in ('ok', 'no_public_price')
    group by all
)
select
    prices.* exclude (valid_to, ended_by, old_usd_per_gpu_hour, old_ended_by, age_days),
    now.as_of,
    last_looks.last_seen_at,
    (
        date_diff('second', last_looks.last_seen_at, if(now.has_live, now.built_at, (now.as_of + 1)::timestamptz))
        / 3600
    )::decimal(18, 1)
        as age_hours,
    prices.age_days::integer as age_days,
    quarantined_series.series_id is not null as is_held
from core.prices_as_of(core.as_of_day()) as prices
cross join now
left join core.quarantined_series using (series_id)
left join
    last_looks
    on
        last_looks.provider = prices.provider
        and last_looks.feed = prices.feed
        and last_looks.last_seen_on = prices.last_seen_on
