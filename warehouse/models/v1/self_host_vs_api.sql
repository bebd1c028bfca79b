-- Break-even volume of self-hosting against a hosted API: tokens per day from which a rented machine is cheaper than a
-- host's list price, if any. List prices of one host each, with their dates. Other days: v1.self_host_vs_api_as_of.
-- materialized: view
-- key: model, workload, precision, pricing_model, term_months, host, hosted_model
select
    model, workload, precision, pricing_model, term_months, host, hosted_model, hosted_usd_per_m_input_tokens,
    hosted_usd_per_m_output_tokens,
    hosted_usd_per_m_cached_input_tokens,
    hosted_usd_per_m_cache_write_tokens,
    hosted_usd_per_m_batch_input_tokens,
    hosted_usd_per_m_batch_output_tokens,
    hosted_usd_per_m_tokens,
    hosted_since,
    hosted_on,
    hosted_list,
    hosted_url,
    spec,
    tp,
    gpu_count,
    provider,
    instance, usd_per_gpu_hour, as_of, own_usd_per_m_tokens_at_full_use, own_usd_per_day, capacity_tokens_per_day,
    break_even_utilisation, break_even_tokens_per_day, theta_version
from marts.self_host_vs_api
