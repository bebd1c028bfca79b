-- What each rule states of a hosted price: one row per price and rule.
-- materialized: table
-- key: statement_id, rule
-- columns:
--   against: the figure it was compared with, USD per million tokens; of token_limit a number of tokens
select statement_id, rule, max(against) as against
from (
    from intermediate.hosted_rule_value
    union all
    from intermediate.hosted_rule_limit
    union all
    from intermediate.hosted_rule_unit
    union all
    from intermediate.hosted_rule_siblings
    union all
    from intermediate.hosted_rule_peers
    union all
    from intermediate.hosted_rule_jump
)
group by all
