-- Cost of a million tokens at every price in force on a day: v1.cost_per_token for any day, machine and server size.
-- One row per series x model x precision x workload x operating_point x tp that fills the machine: filter on model and
-- workload. Prices as v1.prices_as_of returns them, of whole GPUs, all-in, at most max_age days old; speeds and
-- constants are today's.
create or replace macro v1.cost_per_token_as_of(as_of, max_age := 7) as table
select
    'roofline' as method,
    inference_speed.model,
    inference_speed.precision,
    inference_speed.workload,
    workloads.isl,
    workloads.osl,
    inference_speed.operating_point,
    prices.provider,
    inference_speed.spec,
    prices.pricing_model,
    coalesce(prices.term_months, 0) as term_months,
    prices.instance,
    prices.region,
    prices.gpu,
    prices.form_factor,
    prices.gpu_memory_gb,
    prices.gpu_count::integer as gpu_count,
    prices.price_scope, prices.usd_per_gpu_hour, inference_speed.tp, inference_speed.batch, workloads.utilisation,
    usd_per_m_tokens(
        inference_speed.gpu_seconds_per_m_input_tokens, prices.usd_per_gpu_hour, workloads.utilisation
    )::float as usd_per_m_input_tokens,
    usd_per_m_tokens(
        inference_speed.gpu_seconds_per_m_output_tokens, prices.usd_per_gpu_hour, workloads.utilisation
    )::float as usd_per_m_output_tokens,
    (
        (usd_per_m_input_tokens * workloads.isl + usd_per_m_output_tokens * workloads.osl)
        / (workloads.isl + workloads.osl)
    )::float as usd_per_m_tokens,
    inference_speed.output_tokens_per_s,
    inference_speed.ttft_s,
    inference_speed.tpot_s,
    inference_speed.theta_version,
    prices.series_id,
    as_of::date as as_of, prices.observed_at, prices.origin, prices.source_url
from v1.prices_as_of(as_of, max_age := max_age) as prices
join marts.priced_gpus
    on
        priced_gpus.gpu = prices.gpu
        and priced_gpus.form_factor is not distinct from prices.form_factor
        and priced_gpus.gpu_memory_gb is not distinct from prices.gpu_memory_gb
join
    marts.inference_speed
    on
        inference_speed.spec = priced_gpus.spec
        and prices.gpu_count >= inference_speed.tp
        and prices.gpu_count % inference_speed.tp = 0
join marts.workloads on workloads.workload = inference_speed.workload
where prices.price_scope = 'instance' and prices.usd_per_gpu_hour > 0 and prices.is_preferred;
