-- How much computing a dollar bought, year by year: every price that was in force in a year, a provider's lowest one.
-- Grain: year x spec x pricing_model x term_months. usd_per_gpu_hour_low and _median: of the providers' lowest prices
-- in that year. usd_per_*: at that median, as in marts.cost_per_unit. released_on: of the GPU.
with yearly as (
    select
        y.year,
        g.spec,
        i.pricing_model,
        coalesce(i.term_months, 0) as term_months,
        i.provider,
        min(i.usd_per_gpu_hour) as usd_per_gpu_hour
    from v1.price_intervals as i
    join marts.priced_gpus as g
        on g.gpu = i.gpu and g.form_factor is not distinct from i.form_factor and g.gpu_memory_gb is not distinct from i.gpu_memory_gb,
    unnest(range(year(i.valid_from), year(least(i.last_seen_on, coalesce(i.valid_to - 1, i.last_seen_on))) + 1)) as y (year)
    where g.spec is not null
        and i.price_scope = 'instance'
        and i.usd_per_gpu_hour > 0
        and i.gpu_count >= 1
        and i.gpu_count = floor(i.gpu_count)
        and (i.pricing_model in ('on_demand', 'spot') or (i.pricing_model = 'reserved' and i.term_months > 0))
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
