-- View: the price of every series on every UTC day on which its source was tried, from the first to at most 35 days after it was last seen.
-- Grain: series_id x observed_on. is_observed: the day's look showed this price; is_carried_forward: it did not (failed, cut
-- short, or a value that is held), and the last good one stands. Other columns as v1.price_intervals.
with days as (
    select provider, source as feed, seen_on, row_number() over (partition by provider, source order by seen_on) as nth,
        status in ('ok', 'partial') as is_read
    from v1.source_health
),
bounds as (
    select i.*, a.nth as from_nth, coalesce(b.nth, 0) as before_nth
    from v1.price_intervals as i
    asof left join days as a
        on a.provider = i.provider and a.feed = i.feed and least(coalesce(i.valid_to, 'infinity'), i.last_seen_on + 36) > a.seen_on
    asof left join days as b on b.provider = i.provider and b.feed = i.feed and i.valid_from > b.seen_on
),
spread as (
    select * exclude (from_nth, before_nth), unnest(range(before_nth + 1, from_nth + 1)) as nth from bounds
)
select
    s.* exclude (nth, old_usd_per_gpu_hour, old_ended_by),
    d.seen_on as observed_on,
    d.is_read and d.seen_on <= s.last_seen_on as is_observed,
    not (d.is_read and d.seen_on <= s.last_seen_on) as is_carried_forward
from spread as s
join days as d on d.provider = s.provider and d.feed = s.feed and d.nth = s.nth
union all by name
-- The seed document was looked at once.
select * exclude (old_usd_per_gpu_hour, old_ended_by), valid_from as observed_on, true as is_observed,
    false as is_carried_forward
from v1.price_intervals
where origin = 'seed'
