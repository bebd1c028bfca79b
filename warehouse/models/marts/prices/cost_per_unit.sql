-- Hourly cost of a unit of GPU at every current price: per dense TFLOPS, GB of memory and GB/s of bandwidth. USD per
-- hour and TFLOPS (dense, by the datasheet, per precision; FP32 outside the tensor cores), GB and GB/s; NULL where the
-- chip lacks the precision. All-in prices of whole GPUs with a spec, neither quarantined nor the reference document's.
-- materialized: view
-- key: series_id
select
    offers_latest.series_id,
    offers_latest.provider,
    offers_latest.instance,
    offers_latest.region,
    offers_latest.gpu,
    offers_latest.form_factor,
    offers_latest.gpu_memory_gb,
    offers_latest.gpu_count,
    offers_latest.pricing_model,
    offers_latest.term_months,
    offers_latest.price_scope,
    offers_latest.usd_per_gpu_hour,
    priced_gpus.spec,
    usd_per_unit_hour(offers_latest.usd_per_gpu_hour, gpu_specs.fp32_tflops) as usd_per_fp32_tflops_hour,
    usd_per_unit_hour(offers_latest.usd_per_gpu_hour, gpu_specs.nominal_tflops) as usd_per_fp16_tflops_hour,
    usd_per_unit_hour(offers_latest.usd_per_gpu_hour, gpu_specs.fp8_tflops) as usd_per_fp8_tflops_hour,
    usd_per_unit_hour(offers_latest.usd_per_gpu_hour, gpu_specs.fp4_tflops) as usd_per_fp4_tflops_hour,
    usd_per_unit_hour(offers_latest.usd_per_gpu_hour, gpu_specs.gpu_memory_gb) as usd_per_gb_hour,
    usd_per_unit_hour(offers_latest.usd_per_gpu_hour, gpu_specs.bandwidth_gbs) as usd_per_gbs_hour,
    offers_latest.is_preferred,
    offers_latest.age_days,
    offers_latest.as_of,
    offers_latest.observed_at,
    offers_latest.origin,
    offers_latest.source_url,
    gpu_specs.source as spec_source
from core.offers_latest
join marts.priced_gpus
    on
        priced_gpus.gpu = offers_latest.gpu
        and priced_gpus.form_factor is not distinct from offers_latest.form_factor
        and priced_gpus.gpu_memory_gb is not distinct from offers_latest.gpu_memory_gb
join marts.gpu_specs on gpu_specs.name = priced_gpus.spec
where offers_latest.price_scope = 'instance'
    and offers_latest.source <> 'seed'
    and offers_latest.usd_per_gpu_hour > 0
    and offers_latest.gpu_count >= 1
    and offers_latest.gpu_count = floor(offers_latest.gpu_count)
    and not offers_latest.is_held
    and not is_bound(offers_latest.is_floor, offers_latest.pricing_model)
