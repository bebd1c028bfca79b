-- Hosted prices ten times more or less than before. The way back from such a price is none: it is near the one before.
-- Of a series' first two prices the one farther from what such tokens usually cost is doubted.
-- No key: a price may be doubted in two ways.
-- materialized: view
with steps as (
    select
        statement_id,
        usd,
        typical_usd,
        lag(statement_id) over in_series as id_before,
        lag(usd) over in_series as usd_before,
        lag(usd, 2) over in_series as usd_before_that
    from intermediate.hosted_usable
    join seeds.hosted_kinds using (kind)
    window in_series as (partition by series_id order by n)
)
select
    if(is_first_wrong, id_before, statement_id) as statement_id,
    'price_jump' as rule,
    if(is_first_wrong, usd, usd_before) as against
from (
    select
        steps.*,
        usd_before_that is null and times_apart(usd_before, typical_usd) > times_apart(usd, typical_usd)
            as is_first_wrong
    from steps
)
cross join (select factor from seeds.hosted_rules where rule = 'price_jump') as limits
where times_apart(usd, usd_before) > limits.factor
    and coalesce(times_apart(usd, usd_before_that) > limits.factor, true)
