-- A whole machine for less than its GPUs alone: the GPUs are missing from its sum.
-- Grain: series_no x run_no. expected: the component's price times the count, USD in the offer's unit.
-- Why: providers that price parts (host, GPU) make it easy to read the host as the machine. The component may be stated
-- by another source of the provider.
with parts as (
    select distinct on (series_no)
        series_no, source, pricing_model, gpu_count, price_scope, price_unit,
        concat_ws('|', provider, gpu, gpu_memory_gb, region, pricing_model, term_months, upfront) as place
    from gate.runs
    where gpu is not null and not is_announced and gpu_count > 0 and price_scope in ('instance', 'gpu_component')
        and price_unit in ('instance_hour', 'gpu_hour')
),
pairs as (
    select a.series_no, b.series_no as part_no,
        if(a.price_unit = 'gpu_hour', 1, a.gpu_count)::double as n_gpus,
        if(b.price_unit = 'gpu_hour', 1, b.gpu_count)::double as n_of_part
    from parts as a
    join parts as b using (place)
    where a.price_scope = 'instance' and b.price_scope = 'gpu_component'
        -- Another source saw its spot price at another hour.
        and (a.source = b.source or a.pricing_model <> 'spot')
),
judged as (
    select p.*, r.run_no, r.first_at + interval 1 hour as moment, r.first_on, r.usd_price::double as price
    from gate.runs as r
    join pairs as p using (series_no)
    where r.is_new and r.usd_price > 0
),
compared as (
    select j.series_no, j.run_no, j.price, min(o.usd_price::double / j.n_of_part * j.n_gpus) as expected
    from judged as j
    asof join gate.runs as o on o.series_no = j.part_no and o.first_at <= j.moment
    where o.usd_price > 0 and o.last_on >= j.first_on - 35
    group by all
)
select
    c.series_no, c.run_no, k.rule, k.verdict, k.class, k.is_contradiction, c.expected,
    format('{:.6g} for the whole, {:.6g} for its GPUs alone', c.price, c.expected) as reason
from compared as c
join seeds.gate_rules as k on k.rule = 'all_in_below_component'
where c.price < c.expected * (1 - k.tolerance)
