-- List prices that may be out of line, beside the same machine's price in the source's other regions at that moment.
-- Spot prices are left out: they differ by region as markets do. Prices seen within 60 days count, in force or not:
-- some sources list one region at a time.
-- materialized: table
-- driven_by: intermediate.gated_versions
-- key: series_no, version_no
-- columns:
--   n_others: regions compared with; low_price (first decile), mid_price (median), high_price (last decile): USD an
--     hour
with machines as (
    select distinct on (series_no)
        series_no, region,
        concat_ws('|', source, provider, instance, gpu_label, gpu_count, price_scope, price_unit like 'gpu_%',
            pricing_model,
            term_months, upfront, "zone") as machine
    from intermediate.gated_versions
    where pricing_model <> 'spot' and not is_announced and price_scope <> 'offer_aggregate' and instance <> ''
),
-- Only candidates: far from the highest or lowest price of the machine anywhere, ever.
priced as (
    select
        machines.machine,
        machines.region,
        gated_versions.series_no,
        gated_versions.version_no,
        gated_versions.is_new,
        gated_versions.hourly_usd::double as price,
        gated_versions.first_at,
        gated_versions.first_on,
        min(gated_versions.hourly_usd::double) over (partition by machines.machine) as lowest,
        max(gated_versions.hourly_usd::double) over (partition by machines.machine) as highest
    from intermediate.gated_versions
    join machines using (series_no)
    where gated_versions.hourly_usd > 0
),
judged as (
    select
        machines.series_no as other_no,
        priced.series_no,
        priced.version_no,
        priced.first_at + interval 1 hour as moment,
        priced.first_on
    from priced
    join machines on machines.machine = priced.machine and machines.region <> priced.region
    where priced.is_new and (
        priced.price < priced.highest * (select factor from seeds.gate_rules where rule = 'region_too_cheap')
        or priced.price > priced.lowest * (select factor from seeds.gate_rules where rule = 'region_too_dear')
    )
)
select
    judged.series_no,
    judged.version_no,
    count(*) as n_others,
    quantile_cont(gated_versions.hourly_usd::double, 0.1) as low_price,
    median(gated_versions.hourly_usd::double) as mid_price,
    quantile_cont(gated_versions.hourly_usd::double, 0.9) as high_price
from judged
asof join
    intermediate.gated_versions
    on gated_versions.series_no = judged.other_no and gated_versions.first_at <= judged.moment
where gated_versions.hourly_usd > 0 and gated_versions.last_on >= judged.first_on - 60
group by all
