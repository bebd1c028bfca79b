-- What hosts charge for a million tokens of each model, in a chat, beside the cheapest rented machine on demand.
-- Grain: model x host x hosted_model. blended: three parts of input and one of output.
select
    model, host, hosted_model, hosted_usd_per_m_input_tokens as input, hosted_usd_per_m_output_tokens as output,
    hosted_usd_per_m_cached_input_tokens as cached, hosted_usd_per_m_tokens as mixed,
    (3 * hosted_usd_per_m_input_tokens + hosted_usd_per_m_output_tokens) / 4 as blended, hosted_since, hosted_on,
    hosted_list, hosted_url, break_even_tokens_per_day, own_usd_per_m_tokens_at_full_use
from v1.self_host_vs_api
where workload = 'chat' and pricing_model = 'on_demand' and hosted_usd_per_m_tokens > 0
qualify row_number() over (
    partition by model, host, hosted_model order by own_usd_per_m_tokens_at_full_use, provider, spec, precision
) = 1
order by model, blended, host, hosted_model
