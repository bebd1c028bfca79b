-- Each list price that could be out of line beside the same machine's price in the source's other regions at that moment.
-- Grain: series_no x run_no, runs with a price that is no spot price (those differ by region as markets do). A price seen within 60 days counts, in force or not:
-- some sources list a region at a time. n_others: regions compared with; low_price (first
-- decile), mid_price (median), high_price (last decile): USD in the offer's unit.
with machines as (
    select distinct on (series_no)
        series_no, region,
        concat_ws('|', source, provider, instance, gpu_label, gpu_count, price_scope, price_unit, pricing_model,
            term_months, upfront, "zone") as machine
    from gate.runs
    where pricing_model <> 'spot' and not is_announced and price_scope <> 'offer_aggregate' and instance <> ''
),
-- Only what could be out of line: far from the dearest or the cheapest that the machine ever was anywhere.
priced as (
    select
        m.machine, m.region, r.series_no, r.run_no, r.is_new, r.usd_price::double as price, r.first_at, r.first_on,
        min(r.usd_price::double) over (partition by m.machine) as lowest,
        max(r.usd_price::double) over (partition by m.machine) as highest
    from gate.runs as r
    join machines as m using (series_no)
    where r.usd_price > 0
),
judged as (
    select b.series_no as other_no, p.series_no, p.run_no, p.first_at + interval 1 hour as moment, p.first_on
    from priced as p
    join machines as b on b.machine = p.machine and b.region <> p.region
    where p.is_new and (
        p.price < p.highest * (select factor from seeds.gate_rules where rule = 'region_too_cheap')
        or p.price > p.lowest * (select factor from seeds.gate_rules where rule = 'region_too_dear')
    )
)
select
    j.series_no,
    j.run_no,
    count(*) as n_others,
    quantile_cont(o.usd_price::double, 0.1) as low_price,
    median(o.usd_price::double) as mid_price,
    quantile_cont(o.usd_price::double, 0.9) as high_price
from judged as j
asof join gate.runs as o on o.series_no = j.other_no and o.first_at <= j.moment
where o.usd_price > 0 and o.last_on >= j.first_on - 60
group by all
