-- Hourly cost of a unit of GPU at every current price: per dense TFLOPS, GB of memory and GB/s of bandwidth. All-in
-- prices of whole GPUs with a known spec; quarantined ones are left out.
-- materialized: view
-- key: series_id
select
    series_id,
    provider,
    instance,
    region,
    gpu,
    form_factor,
    gpu_memory_gb,
    gpu_count,
    pricing_model,
    term_months,
    price_scope,
    usd_per_gpu_hour,
    spec,
    usd_per_fp32_tflops_hour,
    usd_per_fp16_tflops_hour,
    usd_per_fp8_tflops_hour,
    usd_per_fp4_tflops_hour,
    usd_per_gb_hour, usd_per_gbs_hour, is_preferred, age_days, as_of, observed_at, origin, source_url, spec_source
from marts.cost_per_unit
