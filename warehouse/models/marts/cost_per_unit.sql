-- View: what a unit of GPU costs for an hour at every price in force now: of dense TFLOPS, of memory, of bandwidth.
-- Grain: series_id. USD per hour and TFLOPS (dense, by the datasheet, per precision; FP32 outside the tensor cores), GB
-- and GB/s; NULL where the chip lacks the precision. All-in prices of whole GPUs with a spec, neither held nor
-- the seed document's.
select
    o.series_id,
    o.provider,
    o.instance,
    o.region,
    o.gpu,
    o.form_factor,
    o.gpu_memory_gb,
    o.gpu_count,
    o.pricing_model,
    o.term_months,
    o.price_scope,
    o.usd_per_gpu_hour,
    g.spec,
    usd_per_unit_hour(o.usd_per_gpu_hour, s.fp32_tflops) as usd_per_fp32_tflops_hour,
    usd_per_unit_hour(o.usd_per_gpu_hour, s.nominal_tflops) as usd_per_fp16_tflops_hour,
    usd_per_unit_hour(o.usd_per_gpu_hour, s.fp8_tflops) as usd_per_fp8_tflops_hour,
    usd_per_unit_hour(o.usd_per_gpu_hour, s.fp4_tflops) as usd_per_fp4_tflops_hour,
    usd_per_unit_hour(o.usd_per_gpu_hour, s.gpu_memory_gb) as usd_per_gb_hour,
    usd_per_unit_hour(o.usd_per_gpu_hour, s.bandwidth_gbs) as usd_per_gbs_hour,
    o.is_preferred,
    o.age_days,
    o.as_of,
    o.observed_at,
    o.origin,
    o.source_url,
    s.source as spec_source
from v1.offers_latest as o
join marts.priced_gpus as g
    on g.gpu = o.gpu and g.form_factor is not distinct from o.form_factor and g.gpu_memory_gb is not distinct from o.gpu_memory_gb
join marts.gpu_specs as s on s.name = g.spec
where o.price_scope = 'instance'
    and o.source <> 'seed'
    and o.usd_per_gpu_hour > 0
    and o.gpu_count >= 1
    and o.gpu_count = floor(o.gpu_count)
    and not o.is_held
