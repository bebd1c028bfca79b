-- The newest changes of what hosts charge for each model, each told once. Grain: change_id; at most twenty per model.
select
    change_id, changed_on, host, hosted_model, model, kind, above_tokens, hours_utc, old_usd_per_m_tokens,
    new_usd_per_m_tokens, source, source_url
from v1.hosted_price_changes
where same_as is null and model is not null and old_usd_per_m_tokens is distinct from new_usd_per_m_tokens
qualify row_number() over (partition by model order by changed_on desc nulls last, change_id) <= 20
order by model, changed_on desc nulls last, change_id
