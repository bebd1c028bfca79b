-- Hosted prices that are a number of tokens: a limit of the model, as its list or its spec has it or as they usually
-- are, where the same series, or the other of input and output, is far below it. A thousand and more needs no
-- comparison: nothing costs it.
-- No key: a price may be doubted in two ways.
-- materialized: view
with near as (
    select
        statements.*,
        llm_specs.context_tokens as spec_tokens,
        greatest(
            usd_per_m_tokens / nullif(lag(usd_per_m_tokens) over in_series, 0),
            usd_per_m_tokens / nullif(lead(usd_per_m_tokens) over in_series, 0)
        ) as times_itself
    from intermediate.hosted_statements as statements
    left join seeds.llm_specs on llm_specs.name = statements.model
    window in_series as (partition by series_id order by n)
),
compared as (
    select near.*, max(near.usd_per_m_tokens / nullif(other.usd_per_m_tokens, 0)) as times_other
    from near
    left join intermediate.hosted_statements as other
        on
            other.list = near.list
            and other.stated_host = near.stated_host
            and other.hosted_model = near.hosted_model
            and other.above_tokens = near.above_tokens
            and other.hours_utc = near.hours_utc
            and other.kind = case near.kind when 'input' then 'output' when 'output' then 'input' end
            and abs(date_diff('day', other.said_at, near.said_at)) <= 180
    where near.usd_per_m_tokens >= 8
    group by all
)
select
    statement_id,
    'token_limit' as rule,
    coalesce(context_tokens, output_limit, spec_tokens)::double as against
from compared
cross join (select factor from seeds.hosted_rules where rule = 'token_limit') as limits
where (usd_per_m_tokens >= 1000 and is_token_count(usd_per_m_tokens))
    or (
        greatest(times_itself, times_other) >= limits.factor
        and (
            is_token_count_in_thousands(usd_per_m_tokens)
            or usd_per_m_tokens in (
                context_tokens, output_limit, context_tokens / 1000, output_limit / 1000, spec_tokens / 1000,
                context_tokens / 1024, output_limit / 1024, spec_tokens / 1024
            )
        )
    )
