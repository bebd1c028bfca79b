-- Commitments whose old price was a copy of a shorter commitment's: the lower price replaces the copy and is not a
-- drop. Key: n, day (of the new price).
with prices as (
    select stated.n, stated.day, coalesce(stated.until, 'infinity') as until, stated.value, series.term_months,
        concat_ws(
            '|',
            series.source,
            series.provider,
            series.instance,
            series.gpu,
            series.gpu_count,
            series.region,
            series.zone,
            series.upfront
        ) as place
    from stated
    join series using (n)
    where series.pricing_model = 'reserved' and series.term_months > 0
),
fallen as (
    select *, lag(value) over (partition by n order by day) as old_value from prices
    qualify old_value > value
)
select distinct fallen.n, fallen.day
from fallen
join prices
    on
        prices.place = fallen.place
        and prices.term_months < fallen.term_months
        and prices.day < fallen.day
        and prices.until >= fallen.day
where abs(prices.value / fallen.old_value - 1) < 0.001
