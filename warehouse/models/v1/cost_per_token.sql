-- Cost of a million tokens at each provider's lowest current prices, by two methods that are never mixed. A third
-- method, measured, is reserved for measurements; none are shipped. Other days: v1.cost_per_token_as_of(day).
-- materialized: view
-- key: method, model, precision, workload, operating_point, provider, spec, pricing_model, term_months
-- columns:
--   method: roofline (the cost model with measured constants, at a workload, on the servers with the cheapest tokens)
--     or nominal (the reference document's formula, 2 FLOP per parameter and token at the datasheet's speed, input and
--     output alike: a bound that nothing reaches)
select
    'roofline' as method,
    inference_cost.model,
    inference_cost.precision,
    inference_cost.workload,
    workloads.isl,
    workloads.osl,
    inference_cost.operating_point,
    inference_cost.provider,
    inference_cost.spec,
    inference_cost.pricing_model,
    inference_cost.term_months,
    server_prices.instance,
    server_prices.region,
    server_prices.gpu,
    server_prices.form_factor,
    server_prices.gpu_memory_gb,
    server_prices.gpu_count,
    server_prices.price_scope,
    inference_cost.usd_per_gpu_hour,
    inference_cost.tp,
    inference_cost.batch,
    inference_cost.utilisation,
    inference_cost.usd_per_m_input_tokens,
    inference_cost.usd_per_m_output_tokens,
    inference_cost.usd_per_m_tokens,
    inference_cost.output_tokens_per_s,
    inference_cost.ttft_s,
    inference_cost.tpot_s,
    inference_cost.theta_version,
    server_prices.series_id,
    server_prices.as_of,
    server_prices.observed_at,
    server_prices.origin,
    server_prices.source_url
from marts.inference_cost
join marts.workloads using (workload)
join marts.server_prices using (provider, spec, pricing_model, term_months, tp)
union all
select
    'nominal' as method,
    nominal_cost.model,
    'FP16' as precision,
    null as workload,
    null as isl,
    null as osl,
    null as operating_point,
    nominal_cost.provider,
    nominal_cost.spec,
    nominal_cost.pricing_model,
    nominal_cost.term_months,
    server_prices.instance,
    server_prices.region,
    server_prices.gpu,
    server_prices.form_factor,
    server_prices.gpu_memory_gb,
    server_prices.gpu_count,
    server_prices.price_scope,
    nominal_cost.usd_per_gpu_hour,
    null as tp,
    null as batch,
    1 as utilisation,
    nominal_cost.usd_per_m_tokens as usd_per_m_input_tokens,
    nominal_cost.usd_per_m_tokens as usd_per_m_output_tokens,
    nominal_cost.usd_per_m_tokens,
    null as output_tokens_per_s,
    null as ttft_s,
    null as tpot_s,
    null as theta_version,
    server_prices.series_id,
    server_prices.as_of,
    server_prices.observed_at,
    server_prices.origin,
    server_prices.source_url
from marts.nominal_cost
join marts.server_prices using (provider, spec, pricing_model, term_months)
where server_prices.tp = 1
