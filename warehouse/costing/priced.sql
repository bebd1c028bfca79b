-- Answers at every current price of their GPU. One row per row of `asked` and offer; without an offer, one row without
-- USD. nominal_usd_per_m_tokens: the reference document's formula, at nominal speed and full use; beside the model's
-- figure, never part of it.
select
    asked.operating_point,
    answers.model,
    answers.gpu_spec,
    answers.weights as precision,
    answers.kv_dtype,
    answers.isl,
    answers.osl,
    answers.gpus * answers.replicas as gpus,
    answers.tp,
    answers.pp,
    answers.replicas,
    answers.batch,
    answers.max_batch,
    answers.ttft_s,
    answers.tpot_s,
    answers.output_tokens_per_s_per_gpu,
    usd_per_m_tokens(answers.gpu_seconds_per_m_input_tokens, offered.usd_per_gpu_hour, asked.utilisation)
        as usd_per_m_input_tokens,
    usd_per_m_tokens(answers.gpu_seconds_per_m_output_tokens, offered.usd_per_gpu_hour, asked.utilisation)
        as usd_per_m_output_tokens,
    usd_for_seconds(
        nominal_seconds(inference_flop(llm_specs.total_params_b * 1e9, 1e6), gpu_specs.nominal_tflops),
        offered.usd_per_gpu_hour
    )
        as nominal_usd_per_m_tokens,
    asked.utilisation,
    offered.provider,
    offered.instance,
    offered.region,
    offered.pricing_model,
    offered.term_months,
    offered.list_usd_per_gpu_hour,
    offered.discount_pct,
    offered.usd_per_gpu_hour,
    offered.last_seen_on,
    offered.is_form_assumed,
    offered.source_url,
    'roofline' as method,
    answers.theta_version,
    answers.reason
from asked
join answers on answers.row = asked.row
left join marts.llm_specs on llm_specs.name = answers.model
left join marts.gpu_specs on gpu_specs.name = answers.gpu_spec
left join offered on offered.spec = answers.gpu_spec
-- Among server sizes, the one with the lowest cost per request.
qualify row_number() over (
    partition by asked.operating_point, answers.gpu_spec, offered.provider, offered.pricing_model, offered.term_months
    order by
        answers.fits desc nulls last,
        answers.isl * answers.gpu_seconds_per_m_input_tokens
        + answers.osl * answers.gpu_seconds_per_m_output_tokens nulls last,
        answers.gpus
) = 1
