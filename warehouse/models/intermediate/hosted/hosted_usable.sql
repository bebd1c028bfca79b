-- Hosted prices that nothing contradicts by itself: what the others are compared with.
-- materialized: table
-- key: statement_id
select *, coalesce(model, model_key) as model_group, usd_per_m_tokens::double as usd
from intermediate.hosted_statements
where usd_per_m_tokens > 0
    and statement_id not in (
        select statement_id from intermediate.hosted_rule_value
        union all
        select statement_id from intermediate.hosted_rule_limit
        union all
        select statement_id from intermediate.hosted_rule_unit
    )
