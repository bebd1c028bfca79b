-- A price per GPU-hour far from all that was asked for this GPU before: a unit, a count, or no price at all.
-- Grain: series_no x run_no. expected: USD per GPU-hour that a known factor would make of it, else the nearer end of the band.
-- Why: the first price of a series has no past of its own; that of its GPU is the only measure. Factors: the GPU count,
-- 24, 730 and 8,760 hours, 3,600 seconds, 100 cents, 1,000.
with priced as (
    select
        r.series_no, r.run_no, r.gpu, r.pricing_model, r.usd_per_gpu_hour::double as price, r.gpu_count::double as gpu_count,
        b.low, b.high, b.n_series
    from gate.runs as r
    left join gate.bands as b
        on b.gpu = r.gpu and b.pricing_model = r.pricing_model and b."month" = date_trunc('month', r.first_on)
    where r.is_new and r.usd_per_gpu_hour > 0
),
outside as (
    select p.*, k.rule as found_rule
    from priced as p
    join seeds.gate_rules as k on k.rule = 'out_of_band'
    where p.n_series >= k.min_count and (p.price < p.low / k.factor or p.price > p.high * k.factor)
    union all
    select p.*, 'out_of_bounds'
    from priced as p
    where p.price < 0.01 or p.price > 200
),
slips as (
    select
        o.*,
        unnest([24, 100, 730, 1000, 3600, 8760, if(gpu_count > 1, gpu_count, null)]) as factor,
        if(price < low, price * factor, price / factor) as repaired
    from outside as o
),
judged as (
    select
        series_no, run_no, any_value(slips) as s, min(found_rule) as found_rule,
        -- The count first: it is what sources forget most.
        bool_or(factor = gpu_count and repaired between low and high) as is_count,
        any_value(factor) filter (where repaired between low and high) as slip
    from slips
    group by all
)
select
    j.series_no, j.run_no, k.rule, k.verdict, k.class, k.is_contradiction,
    if(j.s.price < j.s.low, j.s.low, j.s.high) as expected,
    format('{:.6g} a GPU-hour; {:.4g} to {:.4g} was asked for {} before', j.s.price, j.s.low, j.s.high, j.s.gpu)
        || if(j.slip is null, '', format('; {:.6g} times is within', if(j.is_count, j.s.gpu_count, j.slip))) as reason
from judged as j
join seeds.gate_rules as k
    on k.rule = case when j.is_count then 'unit_slip_count' when j.slip is not null then 'unit_slip' else j.found_rule end
