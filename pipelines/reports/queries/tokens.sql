-- The cheapest servers per model and workload, on demand and spot, by roofline: sixty for a chat.
-- Grain: model x workload x operating_point x place.
select
    model, precision, workload, isl, osl, operating_point, provider, spec, gpu, gpu_memory_gb, pricing_model,
        term_months, instance, region,
    gpu_count, usd_per_gpu_hour, tp, batch, utilisation, usd_per_m_input_tokens, usd_per_m_output_tokens,
        usd_per_m_tokens,
    output_tokens_per_s, ttft_s, tpot_s, theta_version, as_of, origin, source_url,
    row_number() over (
        partition by model, workload, operating_point
        order by usd_per_m_tokens, provider, spec, precision, pricing_model, term_months, region, series_id
    ) as place
from v1.cost_per_token
where method = 'roofline' and pricing_model in ('on_demand', 'spot')
    and ((workload in ('chat', 'rag') and operating_point = 'latency_bound')
        or (workload in ('chat', 'batch') and operating_point = 'max_batch'))
qualify place <= if(workload = 'chat' and operating_point = 'latency_bound', 60, 20)
order by model, workload, operating_point, place
