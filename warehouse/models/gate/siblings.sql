-- Each run beside the other prices of the same machine in force at that moment: on demand, and shorter commitments.
-- Grain: series_no x run_no, reserved runs, and spot runs dearer than on demand. on_demand_price: same place, USD in the same unit;
-- shorter_price, shorter_term: the price of the longest shorter commitment with the same upfront payment. The pages of one
-- scrape are read within an hour: that is one moment.
with machines as (
    select distinct on (series_no)
        series_no, pricing_model, term_months, upfront,
        -- One text instead of nine columns: what makes two prices comparable.
        concat_ws('|', source, provider, instance, gpu_label, gpu_count, price_scope, price_unit, region) as machine,
        "zone"
    from gate.runs
    where price_scope <> 'offer_aggregate' and not is_announced
),
pairs as (
    select a.series_no, b.series_no as other_no, b.pricing_model as other_model, b.term_months as other_term
    from machines as a
    join machines as b on b.machine = a.machine and b."zone" in (a."zone", '') and b.series_no <> a.series_no
    where a.pricing_model in ('spot', 'reserved')
        and (
            b.pricing_model = 'on_demand'
            or (a.pricing_model = 'reserved' and b.pricing_model = 'reserved'
                and b.upfront = a.upfront and b.term_months < a.term_months)
        )
),
judged as (
    select p.*, r.run_no, r.pricing_model, r.usd_price, r.first_at + interval 1 hour as moment, r.first_on
    from gate.runs as r
    join pairs as p using (series_no)
    where r.is_new and r.usd_price > 0
)
select
    j.series_no,
    j.run_no,
    min(o.usd_price::double) filter (where j.other_model = 'on_demand') as on_demand_price,
    arg_max(o.usd_price::double, j.other_term) filter (where j.other_model = 'reserved') as shorter_price,
    max(j.other_term) filter (where j.other_model = 'reserved') as shorter_term
from judged as j
asof join gate.runs as o on o.series_no = j.other_no and o.first_at <= j.moment
where (o.ended_on is null or o.ended_on > j.first_on) and o.usd_price > 0
    -- Nearly all spot prices are below: nothing is asked of those.
    and (j.pricing_model <> 'spot' or o.usd_price < j.usd_price)
group by j.series_no, j.run_no
