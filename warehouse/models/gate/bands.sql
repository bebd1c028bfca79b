-- What has been asked for a GPU before a month began: the measure of what is plausible in that month.
-- Grain: gpu x pricing_model x month (first day, DATE). n_series: series behind it; low, high: 5th and 95th percentile
-- of usd_per_gpu_hour, USD per GPU-hour, each series counted once a month in each of its prices.
-- Why: counts by price class (a tenth of a logarithm wide) add up over months, so a month costs its own runs.
with counted as (
    select
        gpu, pricing_model, date_trunc('month', first_on)::date as seen_month,
        floor(ln(usd_per_gpu_hour::double) * 10) as price_class,
        count(distinct series_no) as n
    from core.runs
    join core.series using (series_no)
    where not is_announced and gpu is not null and usd_per_gpu_hour > 0
    group by all
),
months as (
    select distinct gpu, pricing_model, seen_month as "month" from counted
),
before as (
    select m.gpu, m.pricing_model, m."month", c.price_class, sum(c.n) as n
    from months as m
    join counted as c on c.gpu = m.gpu and c.pricing_model = m.pricing_model and c.seen_month < m."month"
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
