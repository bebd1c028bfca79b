-- Each list price beside the same machine's price in the source's other regions at that moment.
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
judged as (
    select b.series_no as other_no, r.series_no, r.run_no, r.first_at + interval 1 hour as moment, r.first_on
    from gate.runs as r
    join machines as a using (series_no)
    join machines as b on b.machine = a.machine and b.region <> a.region
    where r.is_new and r.usd_price > 0
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
