-- Hosted prices far from what at least three other hosts ask for the same model, each host by its own median.
-- No key: a price may be doubted in two ways.
-- materialized: view
with by_host as (
    select model_group, kind, host, median(usd) as usd
    from intermediate.hosted_usable
    where kind in ('input', 'output') and above_tokens = 0 and hours_utc = ''
    group by all
),
compared as (
    select one.statement_id, one.usd, count(*) as n_hosts, median(by_host.usd) as against
    from intermediate.hosted_usable as one
    join by_host on by_host.model_group = one.model_group and by_host.kind = one.kind and by_host.host <> one.host
    where one.above_tokens = 0 and one.hours_utc = ''
    group by all
)
select statement_id, 'far_from_model' as rule, against
from compared
cross join (select factor, min_count from seeds.hosted_rules where rule = 'far_from_model') as limits
where n_hosts >= limits.min_count and times_apart(usd, against) > limits.factor
