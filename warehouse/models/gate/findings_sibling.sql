-- A spot or reserved price of a machine whose on-demand price lacks its GPUs, and that is no dearer than that: it lacks them too.
-- Grain: series_no x run_no. expected: what the on-demand price should have been, USD in the offer's unit: an upper bound.
-- Why: one sum makes all prices of a machine. A commitment above the broken on-demand price may be whole.
with lacking as (
    select series_no, run_no, expected from gate.findings_regions where class = 'component_missing'
    union all
    select series_no, run_no, expected from gate.findings_component
    union all
    select series_no, run_no, expected from state.findings where class = 'component_missing'
),
on_demand as (
    select r.series_no, r.first_at, r.usd_price, r.ended_on, min(l.expected) as expected
    from gate.runs as r
    left join lacking as l using (series_no, run_no)
    where r.pricing_model = 'on_demand' and r.usd_price > 0
    group by all
),
machines as (
    select distinct on (series_no)
        series_no, pricing_model,
        concat_ws('|', source, provider, instance, gpu_label, gpu_count, price_scope, price_unit, region) as machine,
        "zone"
    from gate.runs
    where price_scope = 'instance' and not is_announced
),
pairs as (
    select a.series_no, b.series_no as other_no
    from machines as a
    join machines as b on b.machine = a.machine and b."zone" in (a."zone", '') and b.pricing_model = 'on_demand'
    where a.pricing_model in ('spot', 'reserved') and b.series_no in (select series_no from lacking)
),
judged as (
    select p.other_no, r.series_no, r.run_no, r.usd_price, r.first_on, r.first_at + interval 1 hour as moment
    from gate.runs as r
    join pairs as p using (series_no)
    where r.is_new and r.usd_price > 0
)
select
    j.series_no, j.run_no, k.rule, k.verdict, k.class, k.is_contradiction, o.expected,
    format('{:.6g}, while the same machine on demand lacks its GPUs at {:.6g}', j.usd_price::double, o.usd_price::double)
        as reason
from judged as j
asof join on_demand as o on o.series_no = j.other_no and o.first_at <= j.moment
join seeds.gate_rules as k on k.rule = 'sibling_lacks_component'
where o.expected is not null and (o.ended_on is null or o.ended_on > j.first_on) and j.usd_price <= o.usd_price
