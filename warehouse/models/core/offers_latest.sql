-- The current price of every series, with its age, quality and receipt. "Current" is the day of the build if any price
-- was scraped live or imported, else the newest replayed day. Prices last seen at most 35 days before, as
-- core.prices_as_of returns them.
-- materialized: view
-- key: series_id
-- columns:
--   is_held: a newer price of the source is quarantined (see v1.quality_events), and this is the last good one
with now as (
    select follows_clock, built_at, core.as_of_day() as as_of from core.meta
),
last_scrapes as (
    select provider, feed, seen_on as last_seen_on, max(captured_at) as last_seen_at
    from intermediate.scrapes
    where status in ('ok', 'partial', 'no_public_price')
    group by all
)
select
    prices.* exclude (valid_to, ended_by, old_usd_per_gpu_hour, old_ended_by, age_days),
    now.as_of,
    last_scrapes.last_seen_at,
    (
        date_diff(
            'second',
            last_scrapes.last_seen_at,
            if(now.follows_clock, now.built_at, (now.as_of + 1)::timestamp at time zone 'UTC')
        )
        / 3600
    )::decimal(18, 1)
        as age_hours,
    prices.age_days::integer as age_days,
    quarantined_series.series_id is not null as is_held
from core.prices_as_of(core.as_of_day()) as prices
cross join now
left join core.quarantined_series using (series_id)
left join
    last_scrapes
    on
        last_scrapes.provider = prices.provider
        and last_scrapes.feed = prices.feed
        and last_scrapes.last_seen_on = prices.last_seen_on
