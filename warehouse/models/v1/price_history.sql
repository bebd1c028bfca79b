-- The price of every series on every UTC day on which its source was tried, from the first day to at most 35 days after
-- it was last seen. Other columns as in v1.price_intervals.
-- materialized: view
-- key: series_id, observed_on
-- columns:
--   is_observed: a scrape of that day showed this price
--   is_carried_forward: none did (failed, cut short, or a quarantined value), and the last good price stands
with days as (
    select provider, source as feed, seen_on, date_trunc('month', seen_on) as month,
        status in ('ok', 'partial') as is_read
    from v1.source_health
),
-- Intervals meet days by month, in a hash join: conditions on the day, the series or the provider reach both sides.
-- Joined by the days alone, every interval would be compared with every day of its source.
months as (
    select
        bounded.*,
        unnest(range(date_trunc('month', bounded.valid_from), bounded.shown_until, interval 1 month)) as month
    from (
        select *, least(coalesce(valid_to, 'infinity'), last_seen_on + 36) as shown_until from v1.price_intervals
    ) as bounded
)
select
    months.* exclude (month, shown_until, old_usd_per_gpu_hour, old_ended_by),
    days.seen_on as observed_on,
    days.is_read and days.seen_on <= months.last_seen_on as is_observed,
    not (days.is_read and days.seen_on <= months.last_seen_on) as is_carried_forward
from months
join days
    on
        days.provider = months.provider
        and days.feed = months.feed
        and days.month = months.month
        and days.seen_on >= months.valid_from
        and days.seen_on < months.shown_until
union all by name
-- The reference document was observed once.
select * exclude (old_usd_per_gpu_hour, old_ended_by), valid_from as observed_on, true as is_observed,
    false as is_carried_forward
from v1.price_intervals
where origin = 'seed'
