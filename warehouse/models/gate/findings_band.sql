-- A price per GPU-hour far from all that was asked for this GPU before: a unit, a count, or no price at all.
-- Grain: series_no x run_no x rule. expected: the nearer end of the band, USD per GPU-hour.
-- Why: the first price of a series has no past of its own; that of its GPU is the only measure. A price that the GPU count
-- or a unit's factor (730, 8,760 hours, 3,600 seconds, 100 cents, 1,000) brings into the band has two signs against it
-- and need not be as far out, unless a machine of another size at the same place, itself not doubted, asks as much per GPU.
with priced as (
    select
        r.series_no, r.run_no, r.first_on, r.gpu, r.usd_per_gpu_hour::double as price, r.gpu_count,
        concat_ws('|', r.source, r.provider, r.gpu, r.region, r."zone", r.pricing_model, r.term_months) as place,
        b.low, b.high, b.n_series
    from gate.runs as r
    left join gate.bands as b
        on b.gpu = r.gpu and b.pricing_model = r.pricing_model and b."month" = date_trunc('month', r.first_on)
    where r.usd_per_gpu_hour > 0
),
new_priced as (
    select p.* from priced as p join gate.runs as r using (series_no, run_no) where r.is_new
),
slips as (
    select *, unnest([gpu_count::double, 100, 730, 1000, 3600, 8760]) as slip, generate_subscripts([1, 2, 3, 4, 5, 6], 1) = 1 as is_count
    from new_priced
),
doubted as (
    select p.*, null::double as slip, k.rule
    from new_priced as p
    join seeds.gate_rules as k
        on (k.rule = 'out_of_bounds' and (p.price < k.tolerance or p.price > k.factor)) -- the lowest and the highest ever
        or (k.rule = 'out_of_band' and p.n_series >= k.min_count
            and (p.price < p.low / k.factor or p.price > p.high * k.factor))
    union all by name
    select s.* exclude (is_count), k.rule
    from slips as s
    join seeds.gate_rules as k on k.rule = if(s.is_count, 'unit_slip_count', 'unit_slip')
    where s.n_series >= k.min_count and s.slip >= k.factor
        and if(s.price < s.low, s.low / s.price, s.price / s.high) > k.factor
        and if(s.price < s.low, s.price * s.slip, s.price / s.slip) between s.low / 1.3 and s.high * 1.3
),
pairs as (
    select d.series_no, d.run_no, d.first_on, d.price, o.series_no as other_no
    from doubted as d
    join (select distinct series_no, place, gpu_count from priced) as o on o.place = d.place and o.gpu_count <> d.gpu_count
    where d.rule = 'unit_slip_count'
),
alike as (
    select distinct p.series_no, p.run_no
    from pairs as p
    asof join priced as o on o.series_no = p.other_no and o.first_on <= p.first_on
    left join doubted as x on x.series_no = o.series_no and x.run_no = o.run_no and x.rule = 'unit_slip_count'
    where abs(o.price / p.price - 1) <= 0.33 and x.series_no is null
)
select
    d.series_no, d.run_no, k.rule, k.verdict, k.class, k.is_contradiction,
    if(d.price < d.low, d.low, d.high) as expected,
    format('{:.6g} a GPU-hour; {:.4g} to {:.4g} was asked for {} before', d.price, d.low, d.high, d.gpu)
        || if(d.slip is null, '', format('; {:.6g} times {} is within', d.slip, if(d.price < d.low, 'more', 'less'))) as reason
from doubted as d
join seeds.gate_rules as k using (rule)
left join alike as a using (series_no, run_no)
where k.rule <> 'unit_slip_count' or a.series_no is null
-- One answer per rule: several units may fit.
qualify row_number() over (partition by d.series_no, d.run_no, d.rule order by d.slip) = 1
