-- Changes of what hosts charge per token, as published lists tell them: accepted ones alone (marts.hosted_price_faults
-- has the others). A change that another list, or another name of the model, had told before is same_as that one.
-- materialized: view
-- key: change_id
select
    change_id, changed_on, known_on, host, hosted_model, model, model_key, kind, above_tokens, hours_utc,
    old_usd_per_m_tokens,
    new_usd_per_m_tokens,
    pct,
    quality,
    same_as,
    n_lists,
    list as source,
    origin, source_url, sha256, text
from core.hosted_price_changes
