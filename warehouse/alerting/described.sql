-- Prices by their keys, with the one before each and the dimensions of their series. Grain: n x piece x i.
with wanted as (
    select distinct unnest($ns::int[]) as n, unnest($pieces::int[]) as piece, unnest($is::int[]) as i
),
near as (
    select *, lag(usd) over same as prev_usd, lag(value) over same as prev_value
    from moves
    where n in (select n from wanted)
    window same as (partition by n, piece order by i)
)
select {columns}
from wanted as w
join near as m using (n, piece, i)
join series as s using (n)
