-- The rows of v1.price_history, worked out from its intervals as the warehouse does.
select
    price_intervals.*,
    days.seen_on as observed_on,
    days.status in ('ok', 'partial') and days.seen_on <= price_intervals.last_seen_on as is_observed,
    not (days.status in ('ok', 'partial') and days.seen_on <= price_intervals.last_seen_on) as is_carried_forward
from v1.price_intervals
join v1.source_health as days
    on
        days.provider = price_intervals.provider
        and days.source = price_intervals.feed
        and days.seen_on >= price_intervals.valid_from
        and days.seen_on < least(coalesce(price_intervals.valid_to, 'infinity'), price_intervals.last_seen_on + 36)
union all
select price_intervals.*, valid_from as observed_on, true as is_observed, false as is_carried_forward
from v1.price_intervals
where origin = 'seed'
