-- Drops of hosts' list prices that no other list told before, oldest first. next_day: the day on which the price
-- changed again. Key: change_id.
with ordered as (
    select
        *,
        lead(changed_on) over (
            partition by source, host, hosted_model, kind, above_tokens, hours_utc order by changed_on, known_on
        ) as next_day
    from v1.hosted_price_changes
)
select
    change_id, changed_on, known_on, host, hosted_model, model, model_key, kind, above_tokens, hours_utc,
    old_usd_per_m_tokens::double as old, new_usd_per_m_tokens::double as new, pct::double as pct, quality, source,
    source_url, sha256, text, next_day
from ordered
where same_as is null and new_usd_per_m_tokens < old_usd_per_m_tokens
order by known_on, changed_on, host, model_key, kind, above_tokens, change_id
