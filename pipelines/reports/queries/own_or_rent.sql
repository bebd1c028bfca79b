-- The cheapest hosted API of each model in a chat beside the cheapest rented machine, on demand. Grain: model.
select *
from v1.self_host_vs_api
where workload = 'chat' and pricing_model = 'on_demand' and hosted_usd_per_m_tokens > 0
qualify row_number() over (
    partition by model
    order by hosted_usd_per_m_tokens, own_usd_per_m_tokens_at_full_use, host, hosted_model, provider, spec, precision
) = 1
order by model
