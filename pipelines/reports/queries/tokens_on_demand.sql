-- The cheapest on-demand server of each model, and on each GPU. Grain: model x gpu x gpu_memory_gb. n_hosts: number of
-- hosts that offer the model by the token, a measure of its popularity.
with hosts as (
    select model, count(distinct host) as n_hosts from v1.self_host_vs_api group by all
)
select
    model, gpu, gpu_memory_gb, spec, precision, provider, pricing_model, tp, batch, utilisation, isl, osl,
        usd_per_gpu_hour,
    usd_per_m_input_tokens, usd_per_m_output_tokens, usd_per_m_tokens, output_tokens_per_s, tpot_s, ttft_s,
        theta_version,
    coalesce(n_hosts, 0) as n_hosts,
    row_number() over (partition by model order by usd_per_m_tokens, provider, spec, precision, region,
        series_id) as place
from v1.cost_per_token
left join hosts using (model)
where method = 'roofline' and workload = 'chat' and operating_point = 'latency_bound' and pricing_model = 'on_demand'
qualify row_number() over (
    partition by model, gpu, gpu_memory_gb order by usd_per_m_tokens, provider, spec, precision, region, series_id
) = 1
order by model, place
