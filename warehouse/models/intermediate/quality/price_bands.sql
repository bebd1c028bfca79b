-- Price band of each GPU at the start of a month: the measure of what is plausible in that month. Why by month: within
-- one, the order in which pages arrive changes no verdict.
-- materialized: table
-- driven_by: intermediate.gated_versions
-- key: gpu, pricing_model, month
-- columns:
--   month: first day of the month; only months of new versions
--   n_series: prices behind it
--   low, high: 5th and 95th percentile of usd_per_gpu_hour, USD per GPU-hour, to a tenth of a natural logarithm
with months as (
    select distinct gpu, pricing_model, date_trunc('month', first_on)::date as "month"
    from intermediate.gated_versions
    where is_new and gpu is not null
),
before as (
    select months.gpu, months.pricing_model, months."month", price_counts.price_class, sum(price_counts.n) as n
    from months
    join intermediate.price_counts
        on
            price_counts.gpu = months.gpu
            and price_counts.pricing_model = months.pricing_model
            and price_counts.seen_month < months."month"
    group by all
),
running as (
    select *, sum(n) over (of_month order by price_class) as n_up_to, sum(n) over of_month as n_all
    from before
    window of_month as (partition by gpu, pricing_model, "month")
)
select
    gpu,
    pricing_model,
    "month",
    max(n_all)::bigint as n_series,
    exp(min(price_class) filter (where n_up_to >= n_all * 0.05) / 10) as low,
    exp((min(price_class) filter (where n_up_to >= n_all * 0.95) + 1) / 10) as high
from running
group by all
