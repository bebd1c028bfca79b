-- Cost of a million tokens by the reference document's formula at each provider's lowest price now: a bound that
-- nothing reaches. 2 FLOP per parameter and token, input or output, at the datasheet's dense 16-bit speed and full use;
-- of a mixture of experts the parameters that a token uses. Kept apart from marts.inference_cost and never mixed with
-- it.
-- materialized: table
-- key: model, provider, spec, pricing_model, term_months
select
    llm_specs.name as model,
    server_prices.provider,
    server_prices.spec,
    server_prices.pricing_model,
    server_prices.term_months,
    server_prices.usd_per_gpu_hour,
    usd_for_seconds(
        nominal_seconds(inference_flop(llm_specs.active_params_b * 1e9, 1e6), gpu_specs.nominal_tflops),
        server_prices.usd_per_gpu_hour
    )::float
        as usd_per_m_tokens
from marts.server_prices
join marts.gpu_specs on gpu_specs.name = server_prices.spec and gpu_specs.nominal_tflops is not null
cross join marts.llm_specs
where server_prices.tp = 1
order by model, provider, spec, pricing_model, term_months
