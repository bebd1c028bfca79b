-- Answers at current prices of their GPU. One row per operating point and GPU, and per provider if asked; without an
-- offer, one row without USD. nominal_usd_per_m_tokens: the reference document's formula, at nominal speed and full
-- use; beside the model's figure, never part of it.
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
    usd_per_m_tokens(answers.gpu_seconds_per_m_input_tokens, offered.rent, asked.utilisation)
        as usd_per_m_input_tokens,
    usd_per_m_tokens(answers.gpu_seconds_per_m_output_tokens, offered.rent, asked.utilisation)
        as usd_per_m_output_tokens,
    usd_for_seconds(
        nominal_seconds(inference_flop(llm_specs.total_params_b * 1e9, 1e6), gpu_specs.nominal_tflops),
        offered.rent
    )
        as nominal_usd_per_m_tokens,
    asked.utilisation,
    offered.provider,
    offered.instance,
    offered.gpu_count,
    offered.availability,
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
    nullif(concat_ws('; ', answers.reason, offered.unfit), '') as reason
from asked
join answers on answers.row = asked.row
left join marts.llm_specs on llm_specs.name = answers.model
left join marts.gpu_specs on gpu_specs.name = answers.gpu_spec
left join offered on offered.spec = answers.gpu_spec and offered.tp = answers.tp
-- Among server sizes that hold the model and can be rented, the one with the lowest cost per request.
qualify row_number() over (
    partition by asked.operating_point, answers.gpu_spec, if(asked.each_provider, offered.provider, '')
    order by
        answers.fits desc nulls last,
        answers.isl * usd_per_m_input_tokens + answers.osl * usd_per_m_output_tokens nulls last,
        answers.gpus
) = 1
