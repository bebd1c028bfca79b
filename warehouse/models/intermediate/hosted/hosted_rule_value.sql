-- Hosted prices that are wrong by themselves: zero, negative, beyond any price of their kind, or one of two for one
-- thing.
-- No key: a price may be doubted in two ways.
-- materialized: view
select statement_id, 'zero_price' as rule, null::double as against
from intermediate.hosted_statements
where usd_per_m_tokens = 0
union all
select statement_id, 'negative_price', null
from intermediate.hosted_statements
where usd_per_m_tokens < 0
union all
select statement_id, 'out_of_range', if(usd_per_m_tokens > most_usd, most_usd, least_usd)
from intermediate.hosted_statements
join seeds.hosted_kinds using (kind)
where usd_per_m_tokens > 0 and usd_per_m_tokens not between least_usd and most_usd
union all
select one.statement_id, 'duplicate_conflict', other.usd_per_m_tokens::double
from intermediate.hosted_statements as one
join intermediate.hosted_statements as other
    on one.series_id = other.series_id and one.said_at = other.said_at and one.order_at = other.order_at
where one.usd_per_m_tokens <> other.usd_per_m_tokens
