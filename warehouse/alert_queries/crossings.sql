-- Prices beyond a threshold, and whether the price had recovered before: a superset, from which the rule's state
-- decides. Key: n, piece, i, in that order; only series that can have events since a day. ref: the value that the
-- threshold is measured from (a fixed threshold, or the reference price), logarithm times sign. is_back: whether a
-- steady price was beyond the hysteresis between the previous candidate and this one.
with watched as (
    select
        n, piece, i, day_no, next_day_no, $sign * y as y, is_steady, {told} as told_on, told_1,
        min(day_no) over (partition by n, piece) as first_day_no
    from moves
    where n in (select n from scoped)
),
framed as (
    select *, {frame} as framed from watched
),
referred as (
    select
        *,
        {reference} as ref,
        lag(y) over same as before,
        lag(told_on is null) over same as is_before_doubtful
    from framed
    window same as (partition by n, piece order by i)
),
judged as (
    select
        *,
        coalesce(y <= ref - $d + 1e-9 and day_no - first_day_no >= $history, false) as is_beyond,
        coalesce(is_steady and y > ref - $d + $h, false) as is_clear
    from referred
),
marked as (
    select *, is_beyond and coalesce(y < before or is_before_doubtful or not lag(is_beyond) over same,
        true) as is_candidate
    from judged
    window same as (partition by n, piece order by i)
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
        min(told_on) filter (where is_candidate) as told_on,
        min(told_1) filter (where is_candidate) as once_on,
        arg_min(ref, i) filter (where is_candidate) as ref,
        bool_or(is_clear and not is_candidate) as is_clear
    from grouped
    group by all
),
late as (
    select distinct n, piece from stretches where once_on >= $since or told_on >= $since
)
select n, piece, i, y, told_on, once_on, ref, coalesce(lag(is_clear) over (partition by n, piece order by stretch),
    true) as is_back
from stretches
where (n, piece) in (select (n, piece) from late)
qualify stretch > 0
order by n, piece, i
