-- Answers at every price on offer for their GPU. Grain: row of `asked` x offer; no offer: one row without USD.
-- nominal_usd_per_m_tokens: the seed document's formula, at nominal speed and full use; beside the model's, never in it.
select
    q.operating_point,
    a.model,
    a.gpu_spec,
    a.weights as precision,
    a.kv_dtype,
    a.isl,
    a.osl,
    a.gpus * a.replicas as gpus,
    a.tp,
    a.pp,
    a.replicas,
    a.batch,
    a.max_batch,
    a.ttft_s,
    a.tpot_s,
    a.output_tokens_per_s_per_gpu,
    usd_per_m_tokens(a.gpu_seconds_per_m_input_tokens, o.usd_per_gpu_hour, q.utilisation) as usd_per_m_input_tokens,
    usd_per_m_tokens(a.gpu_seconds_per_m_output_tokens, o.usd_per_gpu_hour, q.utilisation) as usd_per_m_output_tokens,
    usd_for_seconds(nominal_seconds(inference_flop(m.total_params_b * 1e9, 1e6), g.nominal_tflops), o.usd_per_gpu_hour)
        as nominal_usd_per_m_tokens,
    q.utilisation,
    o.provider,
    o.instance,
    o.region,
    o.pricing_model,
    o.term_months,
    o.list_usd_per_gpu_hour,
    o.discount_pct,
    o.usd_per_gpu_hour,
    o.last_seen_on,
    o.is_form_assumed,
    o.source_url,
    'roofline' as method,
    a.theta_version,
    a.reason
from asked as q
join answers as a on a.row = q.row
left join marts.llm_specs as m on m.name = a.model
left join marts.gpu_specs as g on g.name = a.gpu_spec
left join offered as o on o.spec = a.gpu_spec
-- Of servers of other sizes the one that costs least per request.
qualify row_number() over (
    partition by q.operating_point, a.gpu_spec, o.provider, o.pricing_model, o.term_months
    order by
        a.fits desc nulls last,
        a.isl * a.gpu_seconds_per_m_input_tokens + a.osl * a.gpu_seconds_per_m_output_tokens nulls last,
        a.gpus
) = 1
