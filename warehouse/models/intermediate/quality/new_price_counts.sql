-- New prices of each GPU, counted by month: later months' price bands are made from them. Why counts: they add up over
-- builds and months; the build keeps them as intermediate.price_counts.
-- materialized: table
-- driven_by: intermediate.gated_versions
-- key: gpu, pricing_model, seen_month, price_class
-- columns:
--   price_class: bin of USD per GPU-hour, a tenth of a natural logarithm wide
--   n: series whose first new price of the month falls in the bin, so that a price that changes daily counts no more
--     than a steady one
with dated as (
    select
        gpu, pricing_model, usd_per_gpu_hour, is_new, is_announced, price_status,
        date_trunc('month', first_on)::date as seen_month,
        date_trunc('month', lag(first_on) over (partition by series_no order by version_no))::date as before_month
    from intermediate.gated_versions
)
select
    gpu,
    pricing_model,
    seen_month,
    floor(ln(usd_per_gpu_hour::double) * 10)::integer as price_class,
    count(*)::integer as n
from dated
where
    is_new
    and not is_announced
    and gpu is not null
    and usd_per_gpu_hour > 0
    and seen_month is distinct from before_month
group by all
