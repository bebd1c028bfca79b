-- Hosted prices a thousand or a million times another price of the same model and kind, at this host or elsewhere: per
-- token or per thousand, taken for per million. The one farther from what such tokens usually cost is wrong.
-- No key: a price may be doubted in two ways.
-- materialized: view
with prices as (
    select distinct coalesce(model, model_key) as model_group, kind, usd_per_m_tokens::double as usd
    from intermediate.hosted_statements
    where usd_per_m_tokens > 0
),
pairs as (
    select one.model_group, one.kind, one.usd, max(other.usd) as against
    from prices as one
    join prices as other using (model_group, kind)
    join seeds.hosted_kinds using (kind)
    cross join (select tolerance from seeds.hosted_rules where rule = 'unit_error') as units
    where (
        times_apart(one.usd, other.usd) between 1000 * (1 - tolerance) and 1000 * (1 + tolerance)
        or times_apart(one.usd, other.usd) between 1e6 * (1 - tolerance) and 1e6 * (1 + tolerance)
    )
    and times_apart(one.usd, typical_usd) > times_apart(other.usd, typical_usd)
    group by all
)
select statements.statement_id, 'unit_error' as rule, pairs.against
from intermediate.hosted_statements as statements
join pairs
    on
        pairs.model_group = coalesce(statements.model, statements.model_key)
        and pairs.kind = statements.kind
        and pairs.usd = statements.usd_per_m_tokens::double
