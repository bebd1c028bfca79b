-- How much computing a dollar bought, year by year: every price that was in force in a year, a provider's lowest one.
-- Grain: year x spec x pricing_model x term_months. usd_per_gpu_hour_low and _median: of the providers' lowest prices
-- in that year. usd_per_*: at that median, as in marts.cost_per_unit. released_on: of the GPU.
with spans as (
    -- By series first: of millions of intervals only numbers are read, and few of them last into another year.
    select
        series_no,
        year(valid_from) as first_year,
        year(least(last_on, coalesce(valid_to - 1, last_on))) as last_year,
        min(usd_per_gpu_hour) as usd_per_gpu_hour
    from core.intervals
    where usd_per_gpu_hour > 0
    group by all
),
lows as (
    select series_no, y.year, usd_per_gpu_hour from spans, unnest(range(first_year, last_year + 1)) as y (year)
),
yearly as (
    select
        l.year,
        g.spec,
        s.pricing_model,
        coalesce(s.term_months, 0) as term_months,
        s.provider,
        min(l.usd_per_gpu_hour) as usd_per_gpu_hour
    from lows as l
    join core.series as s using (series_no)
    join marts.priced_gpus as g
        on g.gpu = s.gpu and g.form_factor is not distinct from s.form_factor and g.gpu_memory_gb is not distinct from s.gpu_memory_gb
    where g.spec is not null
        and s.price_scope = 'instance'
        and s.gpu_count >= 1
        and s.gpu_count = floor(s.gpu_count)
        and (s.pricing_model in ('on_demand', 'spot') or (s.pricing_model = 'reserved' and s.term_months > 0))
    group by all
)
select
    y.year,
    y.spec,
    s.released_on,
    y.pricing_model,
    y.term_months,
    count(*) as n_providers,
    min(y.usd_per_gpu_hour) as usd_per_gpu_hour_low,
    median(y.usd_per_gpu_hour)::double as usd_per_gpu_hour_median,
    usd_per_unit_hour(usd_per_gpu_hour_median, any_value(s.fp32_tflops)) as usd_per_fp32_tflops_hour,
    usd_per_unit_hour(usd_per_gpu_hour_median, any_value(s.nominal_tflops)) as usd_per_fp16_tflops_hour,
    usd_per_unit_hour(usd_per_gpu_hour_median, any_value(s.gpu_memory_gb)) as usd_per_gb_hour,
    usd_per_unit_hour(usd_per_gpu_hour_median, any_value(s.bandwidth_gbs)) as usd_per_gbs_hour
from yearly as y
join marts.gpu_specs as s on s.name = y.spec
group by y.year, y.spec, s.released_on, y.pricing_model, y.term_months
order by year, spec, pricing_model, term_months
