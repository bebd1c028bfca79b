-- Several GPUs at the price of one: the price was not multiplied by the count.
-- Grain: series_no x run_no. expected: count times the single price, USD in the offer's unit.
-- Why: per GPU such a price is a half, a quarter, an eighth of the truth and wins every comparison. Where another single
-- of the same place fits the machine's price per GPU, it is no slip but a cheaper tier. Markets (the spot prices of zones)
-- are left out; of other spot prices it takes three machines on one day.
with places as (
    select distinct on (series_no)
        series_no, gpu_count,
        concat_ws('|', source, provider, coalesce(gpu, gpu_label), form_factor, gpu_memory_gb, price_scope, price_unit,
            region, "zone", pricing_model, term_months, upfront) as place
    from gate.runs
    where price_scope = 'instance' and not is_announced and "zone" = '' and price_unit not like 'gpu_%' and gpu_count > 0
),
pairs as (
    select a.series_no, b.series_no as single_no
    from places as a
    join places as b on b.place = a.place and b.gpu_count = 1
    where a.gpu_count > 1
),
judged as (
    select p.*, r.run_no, r.first_at + interval 1 hour as moment, r.first_on, r.usd_price::double as price, r.gpu_count::double as gpu_count
    from gate.runs as r
    join pairs as p using (series_no)
    where r.is_new and r.usd_price > 0
),
compared as (
    select
        j.series_no, j.run_no, j.price, j.gpu_count,
        bool_or(abs(j.price / o.usd_price::double - 1) <= k.tolerance) as equals_single,
        -- Within a third: machines of many GPUs carry more or less beside the GPU.
        bool_or(abs(j.price / j.gpu_count / o.usd_price::double - 1) <= 0.33) as scales
    from judged as j
    asof join gate.runs as o on o.series_no = j.single_no and o.first_at <= j.moment
    join seeds.gate_rules as k on k.rule = 'not_scaled_by_count'
    where (o.ended_on is null or o.ended_on > j.first_on) and o.usd_price > 0
    group by all
),
found as (
    select c.*, r.pricing_model, count(distinct r.instance) over (partition by r.source, r.provider, r.first_on) as n_alike
    from compared as c
    join gate.runs as r using (series_no, run_no)
    where c.equals_single and not c.scales
)
select
    c.series_no, c.run_no, k.rule, k.verdict, k.class, k.is_contradiction, c.price * c.gpu_count as expected,
    format('{:.4g} GPUs for {:.6g}, which is the price of one', c.gpu_count, c.price) as reason
from found as c
join seeds.gate_rules as k on k.rule = 'not_scaled_by_count'
where c.pricing_model <> 'spot' or c.n_alike >= k.min_count
