-- Commitments whose price until then was a copy of a shorter commitment's: what falls from it did not fall, it was filled in.
-- Grain: n x day (of the new price).
with prices as (
    select t.n, t.day, coalesce(t.until, 'infinity') as until, t.value, s.term_months,
        concat_ws('|', s.source, s.provider, s.instance, s.gpu, s.gpu_count, s.region, s.zone, s.upfront) as place
    from stated as t
    join series as s using (n)
    where s.pricing_model = 'reserved' and s.term_months > 0
),
fallen as (
    select *, lag(value) over (partition by n order by day) as old_value from prices
    qualify old_value > value
)
select distinct f.n, f.day
from fallen as f
join prices as p
    on p.place = f.place and p.term_months < f.term_months and p.day < f.day and p.until >= f.day
where abs(p.value / f.old_value - 1) < 0.001
