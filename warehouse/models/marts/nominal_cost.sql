-- What a million tokens cost by the seed document's formula at each provider's lowest price now: a bound that nothing reaches.
-- Grain: model x provider x spec x pricing_model x term_months. 2 FLOP for each of all parameters and each token, read or
-- made, at the datasheet's dense 16-bit speed and at full use. Kept apart from marts.inference_cost, never mixed with it.
select
    m.name as model,
    p.provider,
    p.spec,
    p.pricing_model,
    p.term_months,
    p.usd_per_gpu_hour,
    usd_for_seconds(nominal_seconds(inference_flop(m.total_params_b * 1e9, 1e6), g.nominal_tflops), p.usd_per_gpu_hour)::float
        as usd_per_m_tokens
from marts.server_prices as p
join marts.gpu_specs as g on g.name = p.spec and g.nominal_tflops is not null
cross join marts.llm_specs as m
where p.tp = 1
order by model, provider, spec, pricing_model, term_months
