-- Offers that sold out or became available again. Key: n, i. Unknown availability is neither.
with ordered as (
    select
        moves.n, moves.piece, moves.i, moves.day, {told} as told_on, stated.availability,
        lag(stated.availability) over same as before,
        lag(moves.day) over same as before_on
    from moves
    join stated using (r)
    where moves.n in (select n from scoped) and stated.availability in ('available', 'limited', 'sold_out')
    window same as (partition by moves.n order by moves.day, stated.observed_at)
)
select n, piece, i, day, told_on, before, availability
from ordered
where told_on is not null and (availability = 'sold_out') = $is_sold_out and (before = 'sold_out') <> $is_sold_out
    and day - before_on >= $min_gap
order by n, i
