-- The median daily price of a series in the 30 days before each of its prices. Key: n, piece, i; only series so far
-- below (or above) the extreme of these days that the median can matter.
with watched as (
    select n, piece, i, day_no, next_day_no, $sign * y as y from moves where n in (select n from scoped)
),
framed as (
    select
        *,
        max(y) over (
            partition by n, piece order by next_day_no range between 29 preceding and current row
        ) as top
    from watched
),
near as (
    select *, lag(top) over (partition by n, piece order by i) as top_before from framed
),
wanted as (
    select * from watched where (n, piece) in (select (n, piece) from near where y <= top_before - $d + 1e-9)
)
select
    peer_values.n, peer_values.piece, peer_values.i,
    -- Each price counts for the days, among the thirty, on which it was in force.
    quantile_cont(peer_values.y, 0.5) as y
from (
    select
        wanted.n, wanted.piece, wanted.i,
        unnest(list_transform(
            range(greatest(peers.day_no, wanted.day_no - 30), least(peers.next_day_no, wanted.day_no)),
                lambda d : peers.y
        )) as y
    from wanted
    join wanted as peers
        on peers.n = wanted.n and peers.piece = wanted.piece and peers.i < wanted.i
            and peers.next_day_no > wanted.day_no - 30
) as peer_values
group by all
