-- Things that sold out, or can be had again. Grain: n x i. Unknown is neither.
with ordered as (
    select
        m.n, m.piece, m.i, m.day, {told} as told_on, t.availability,
        lag(t.availability) over same as before,
        lag(m.day) over same as before_on
    from moves as m
    join stated as t using (r)
    where m.n in (select n from scoped) and t.availability in ('available', 'limited', 'sold_out')
    window same as (partition by m.n order by m.day, t.observed_at)
)
select n, piece, i, day, told_on, before, availability
from ordered
where told_on is not null and (availability = 'sold_out') = $is_sold_out and (before = 'sold_out') <> $is_sold_out
    and day - before_on >= $min_gap
order by n, i
