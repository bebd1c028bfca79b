-- What had been asked for a GPU before a month began: the measure of what is plausible in that month.
-- Grain: gpu x pricing_model x month (first day, DATE), for the months of new runs. n_series: prices behind it; low, high: 5th
-- and 95th percentile of usd_per_gpu_hour, USD per GPU-hour, to a tenth of a natural logarithm.
-- Why by month: within one, the order in which pages arrive changes no verdict.
with months as (
    select distinct gpu, pricing_model, date_trunc('month', first_on)::date as "month"
    from gate.runs
    where is_new and gpu is not null
),
before as (
    select m.gpu, m.pricing_model, m."month", c.price_class, sum(c.n) as n
    from months as m
    join core.price_counts as c
        on c.gpu = m.gpu and c.pricing_model = m.pricing_model and c.seen_month < m."month"
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
