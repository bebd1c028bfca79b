-- The price of every series on every UTC day on which its source was tried, from the first day to at most 35 days after
-- it was last seen. Other columns as in v1.price_intervals.
-- materialized: view
-- key: series_id, observed_on
-- columns:
--   is_observed: a scrape of that day showed this price
--   is_carried_forward: none did (failed, cut short, or a quarantined value), and the last good price stands
with days as (
    select provider, source as feed, seen_on, row_number() over (partition by provider, source order by seen_on) as nth,
        status in ('ok', 'partial') as is_read
    from v1.source_health
),
bounds as (
    select price_intervals.*, end_days.nth as from_nth, coalesce(start_days.nth, 0) as before_nth
    from v1.price_intervals
    asof left join days as end_days
        on
            end_days.provider = price_intervals.provider
            and end_days.feed = price_intervals.feed
            and least(coalesce(price_intervals.valid_to, 'infinity'), price_intervals.last_seen_on + 36)
            > end_days.seen_on
    asof left join
        days as start_days
    on
        start_days.provider = price_intervals.provider
        and start_days.feed = price_intervals.feed
        and price_intervals.valid_from > start_days.seen_on
),
spread as (
    select * exclude (from_nth, before_nth), unnest(range(before_nth + 1, from_nth + 1)) as nth from bounds
)
select
    spread.* exclude (nth, old_usd_per_gpu_hour, old_ended_by),
    days.seen_on as observed_on,
    days.is_read and days.seen_on <= spread.last_seen_on as is_observed,
    not (days.is_read and days.seen_on <= spread.last_seen_on) as is_carried_forward
from spread
join days on days.provider = spread.provider and days.feed = spread.feed and days.nth = spread.nth
union all by name
-- The reference document was observed once.
select * exclude (old_usd_per_gpu_hour, old_ended_by), valid_from as observed_on, true as is_observed,
    false as is_carried_forward
from v1.price_intervals
where origin = 'seed'
