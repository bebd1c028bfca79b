-- Drops (or, with sign -1, rises) that may be far enough from the last notified price: a superset, from which the
-- rule's state decides. Key: n, piece, i, in that order; only series that can have events since a day. peak: highest
-- steady y between the previous candidate, or the beginning, and this one; rest: the highest of these that three
-- scrapes showed. before: the price right before, steady or not.
with watched as (
    select n, piece, i, $sign * y as y, is_steady, is_rest, {told} as told_on, told_1 from moves
        where n in (select n from scoped)
),
ranked as (
    select
        *,
        max(y) over (partition by n, piece order by i rows between unbounded preceding and 1 preceding) as top,
        lag(y) over (partition by n, piece order by i) as before,
        lag(told_on is null) over (partition by n, piece order by i) as is_before_doubtful
    from watched
),
marked as (
    select *, coalesce(y <= top - $d + 1e-9 and (y < before or is_before_doubtful), false) as is_candidate from ranked
),
grouped as (
    select *, count_if(is_candidate) over (partition by n, piece order by i) as stretch
    from marked
    where (n, piece) in (select (n, piece) from marked where is_candidate)
),
stretches as (
    select
        n, piece, stretch,
        min(i) filter (where is_candidate) as i,
        arg_min(y, i) filter (where is_candidate) as y,
        arg_min(before, i) filter (where is_candidate) as before,
        min(told_on) filter (where is_candidate) as told_on,
        min(told_1) filter (where is_candidate) as once_on,
        max(y) filter (where is_steady and not is_candidate) as high,
        max(y) filter (where is_rest and not is_candidate) as rest
    from grouped
    group by all
),
late as (
    select distinct n, piece from stretches where once_on >= $since or told_on >= $since
)
select
    n, piece, i, y, told_on, once_on,
    lag(high) over (partition by n, piece order by stretch) as peak,
    lag(rest) over (partition by n, piece order by stretch) as rest,
    before
from stretches
where (n, piece) in (select (n, piece) from late)
qualify stretch > 0
order by n, piece, i
