-- A region out of line with all others: a component missing from the sum, or another currency.
-- Grain: series_no x run_no x rule. expected: the other regions' median, USD in the offer's unit.
-- Why: regions differ by tens of percent, never by half or threefold. Dear alone proves nothing, since the many may be
-- wrong and the one right: what is dearer than its regions and than its GPU ever was is a price in another currency.
with compared as (
    select
        r.series_no, r.run_no, r.usd_price::double as price, g.n_others, g.low_price, g.mid_price, g.high_price,
        r.usd_per_gpu_hour::double as per_gpu, b.high as ever_high
    from gate.runs as r
    join gate.regions as g using (series_no, run_no)
    left join gate.bands as b
        on b.gpu = r.gpu and b.pricing_model = r.pricing_model and b."month" = date_trunc('month', r.first_on)
)
select
    c.series_no, c.run_no, k.rule, k.verdict, k.class, k.is_contradiction, c.mid_price as expected,
    format('{:.6g} against {:.6g} in the middle of {} other regions', c.price, c.mid_price, c.n_others) as reason
from compared as c
join seeds.gate_rules as k
    on (k.rule = 'region_too_cheap' and c.n_others >= k.min_count and c.price < c.low_price * k.factor)
    or (k.rule = 'region_too_dear' and c.price > c.high_price * k.factor and c.per_gpu > c.ever_high)
