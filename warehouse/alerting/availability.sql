-- Things that sold out, or can be had again. Grain: n x i. Unknown is neither.
with ordered as (
    select
        n, piece, i, day, {told} as told_on, trigger_id, availability,
        lag(availability) over same as before,
        lag(day) over same as before_on
    from moves
    where n in (select n from scoped) and availability in ('available', 'limited', 'sold_out')
    window same as (partition by n order by day, observed_at)
)
select n, piece, i, day, told_on, trigger_id || '|' || availability as trigger_id, before, availability
from ordered
where told_on is not null and (availability = 'sold_out') = $is_sold_out and (before = 'sold_out') <> $is_sold_out
    and day - before_on >= $min_gap
order by n, i
