-- error: a machine breaks even within its capacity or not at all.
select model, workload, host, break_even_utilisation, break_even_tokens_per_day, capacity_tokens_per_day
from marts.self_host_vs_api
where not coalesce(break_even_utilisation, 0.5) between 0 and 1
    or break_even_tokens_per_day > capacity_tokens_per_day
    or (break_even_utilisation is null) <> (own_usd_per_m_tokens_at_full_use >= hosted_usd_per_m_tokens)
