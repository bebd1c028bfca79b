-- View: what a million tokens cost at each provider's lowest prices now, by two methods that are never mixed.
-- Grain: method x model x precision x workload x operating_point x provider x spec x pricing_model x term_months.
-- method: roofline (the cost model with measured constants, at a workload, on the servers that make tokens cheapest) or
-- nominal (the seed document's formula, 2 FLOP per parameter and token at the datasheet's speed, input and output
-- alike: a bound that nothing reaches). A third method, measured, is reserved for measurements; none are shipped. Other
-- days: v1.cost_per_token_as_of(day).
select
    'roofline' as method, c.model, c.precision, c.workload, w.isl, w.osl, c.operating_point, c.provider, c.spec,
    c.pricing_model, c.term_months, p.instance, p.region, p.gpu, p.form_factor, p.gpu_memory_gb, p.gpu_count, p.price_scope,
    c.usd_per_gpu_hour, c.tp, c.batch, c.utilisation, c.usd_per_m_input_tokens, c.usd_per_m_output_tokens,
    c.usd_per_m_tokens, c.output_tokens_per_s, c.ttft_s, c.tpot_s, c.theta_version,
    p.series_id, p.as_of, p.observed_at, p.origin, p.source_url
from marts.inference_cost as c
join marts.workloads as w using (workload)
join marts.server_prices as p using (provider, spec, pricing_model, term_months, tp)
union all by name
select
    'nominal' as method, c.model, 'FP16' as precision, c.provider, c.spec, c.pricing_model, c.term_months,
    p.instance, p.region, p.gpu, p.form_factor, p.gpu_memory_gb, p.gpu_count, p.price_scope, c.usd_per_gpu_hour, 1e0 as utilisation,
    c.usd_per_m_tokens as usd_per_m_input_tokens, c.usd_per_m_tokens as usd_per_m_output_tokens, c.usd_per_m_tokens,
    p.series_id, p.as_of, p.observed_at, p.origin, p.source_url
from marts.nominal_cost as c
join marts.server_prices as p using (provider, spec, pricing_model, term_months)
where p.tp = 1
