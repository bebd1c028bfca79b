-- Answers at current prices of their GPU. One row per operating point and GPU, and per provider if asked; without an
-- offer, one row without USD. nominal_usd_per_m_tokens: the reference document's formula, at nominal speed and full
-- use; beside the model's figure, never part of it.
with priced as (
    select
        asked.operating_point,
        asked.utilisation,
        asked.each_provider,
        answers.*,
        offered.* exclude (spec, tp, rent),
        case
            when answers.ttft_s > asked.ttft_limit_s
                then format('the first token takes {:.2f} s, the limit is {:.2f}', answers.ttft_s, asked.ttft_limit_s)
        end as late,
        if(late is null, offered.rent, null) as usd_rent
    from asked
    join answers on answers.row = asked.row
    left join offered on offered.spec = answers.gpu_spec and offered.tp = answers.gpus
)
select
    priced.operating_point,
    priced.model,
    priced.gpu_spec,
    priced.weights as precision,
    priced.kv_dtype,
    priced.isl,
    priced.osl,
    priced.gpus * priced.replicas as gpus,
    priced.tp,
    priced.pp,
    priced.dp_attn,
    priced.replicas,
    priced.batch,
    priced.max_batch,
    priced.ttft_s,
    priced.tpot_s,
    priced.output_tokens_per_s_per_gpu,
    usd_per_m_tokens(priced.gpu_seconds_per_m_input_tokens, priced.usd_rent, priced.utilisation)
        as usd_per_m_input_tokens,
    usd_per_m_tokens(priced.gpu_seconds_per_m_output_tokens, priced.usd_rent, priced.utilisation)
        as usd_per_m_output_tokens,
    usd_for_seconds(
        nominal_seconds(inference_flop(llm_specs.active_params_b * 1e9, 1e6), gpu_specs.nominal_tflops),
        priced.usd_rent
    )
        as nominal_usd_per_m_tokens,
    priced.utilisation,
    priced.provider,
    priced.instance,
    priced.gpu_count,
    priced.availability,
    priced.region,
    priced.pricing_model,
    priced.term_months,
    priced.list_usd_per_gpu_hour,
    priced.discount_pct,
    priced.usd_per_gpu_hour,
    priced.last_seen_on,
    priced.is_form_assumed,
    priced.source_url,
    priced.observed_at,
    priced.sha256,
    priced.origin,
    'roofline' as method,
    priced.theta_version,
    priced.class,
    priced.band_factor,
    priced.in_scope,
    nullif(concat_ws('; ', priced.reason, priced.unfit, priced.late), '') as reason
from priced
left join marts.llm_specs on llm_specs.name = priced.model
left join marts.gpu_specs on gpu_specs.name = priced.gpu_spec
-- Among server sizes that hold the model and can be rented, the one with the lowest cost per request.
qualify row_number() over (
    partition by priced.operating_point, priced.gpu_spec, if(priced.each_provider, priced.provider, '')
    order by
        priced.fits desc nulls last,
        priced.isl * usd_per_m_input_tokens + priced.osl * usd_per_m_output_tokens nulls last,
        priced.gpus
) = 1
