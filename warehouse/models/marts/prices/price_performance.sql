-- Computing power per dollar, by year: each provider's lowest price among all that were in force in the year.
-- usd_per_gpu_hour_low and _median: over the providers' lowest prices of that year. usd_per_*: at that median, as in
-- marts.cost_per_unit.
-- materialized: table
-- key: year, spec, pricing_model, term_months
-- columns:
--   released_on: release date of the GPU
with spans as (
    -- By series first: millions of intervals are reduced to numbers, and few last into another year.
    select
        series_no,
        year(valid_from) as first_year,
        year(least(last_on, coalesce(valid_to - 1, last_on))) as last_year,
        min(usd_per_gpu_hour) as usd_per_gpu_hour
    from intermediate.intervals
    where usd_per_gpu_hour > 0
    group by all
),
lows as (
    select series_no, years.year, usd_per_gpu_hour from spans, unnest(range(first_year, last_year + 1)) as years (year)
),
yearly as (
    select
        lows.year,
        priced_gpus.spec,
        series.pricing_model,
        coalesce(series.term_months, 0) as term_months,
        series.provider,
        min(lows.usd_per_gpu_hour) as usd_per_gpu_hour
    from lows
    join intermediate.series using (series_no)
    join marts.priced_gpus
        on
            priced_gpus.gpu = series.gpu
            and priced_gpus.form_factor is not distinct from series.form_factor
            and priced_gpus.gpu_memory_gb is not distinct from series.gpu_memory_gb
    where priced_gpus.spec is not null
        and series.price_scope = 'instance'
        and series.gpu_count >= 1
        and series.gpu_count = floor(series.gpu_count)
        and (
            series.pricing_model in ('on_demand', 'spot')
            or (series.pricing_model = 'reserved' and series.term_months > 0)
        )
    group by all
)
select
    yearly.year,
    yearly.spec,
    gpu_specs.released_on,
    yearly.pricing_model,
    yearly.term_months,
    count(*) as n_providers,
    min(yearly.usd_per_gpu_hour) as usd_per_gpu_hour_low,
    median(yearly.usd_per_gpu_hour)::double as usd_per_gpu_hour_median,
    usd_per_unit_hour(usd_per_gpu_hour_median, any_value(gpu_specs.fp32_tflops)) as usd_per_fp32_tflops_hour,
    usd_per_unit_hour(usd_per_gpu_hour_median, any_value(gpu_specs.nominal_tflops)) as usd_per_fp16_tflops_hour,
    usd_per_unit_hour(usd_per_gpu_hour_median, any_value(gpu_specs.gpu_memory_gb)) as usd_per_gb_hour,
    usd_per_unit_hour(usd_per_gpu_hour_median, any_value(gpu_specs.bandwidth_gbs)) as usd_per_gbs_hour
from yearly
join marts.gpu_specs on gpu_specs.name = yearly.spec
group by yearly.year, yearly.spec, gpu_specs.released_on, yearly.pricing_model, yearly.term_months
order by year, spec, pricing_model, term_months
