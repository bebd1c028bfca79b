-- A region out of line with all others: a component missing from the sum, or another currency.
-- Grain: series_no x run_no x rule. expected: the other regions' median, USD in the offer's unit.
-- Why: regions differ by tens of percent, never by half or threefold. One dear machine may be scarce there; three or
-- more dear by a rate-like factor are prices of another currency.
with compared as (
    select r.series_no, r.run_no, r.source, r.provider, r.region, r.usd_price::double as price, r.look_no, g.*
        exclude (series_no, run_no)
    from gate.runs as r
    join gate.regions as g using (series_no, run_no)
),
dear as (
    select c.*, count(distinct c.series_no) over (partition by source, provider, region) as n_dear, k.min_count
    from compared as c
    join seeds.gate_rules as k on k.rule = 'region_too_dear'
    where c.price > c.mid_price * k.factor and c.price > c.high_price
)
select
    c.series_no, c.run_no, k.rule, k.verdict, k.class, k.is_contradiction, c.mid_price as expected,
    format('{:.6g} against {:.6g} in the middle of {} other regions', c.price, c.mid_price, c.n_others) as reason
from compared as c
join seeds.gate_rules as k on k.rule = 'region_too_cheap'
where c.n_others >= k.min_count and c.price < c.low_price * k.factor
union all
select
    d.series_no, d.run_no, k.rule, k.verdict, k.class, k.is_contradiction, d.mid_price,
    format(
        '{:.6g} against {:.6g} elsewhere, and {} machines of this region are as dear: another currency',
        d.price, d.mid_price, d.n_dear
    )
from dear as d
join seeds.gate_rules as k on k.rule = 'region_too_dear'
where d.n_dear >= d.min_count
