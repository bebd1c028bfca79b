-- The gate's answer on hosted prices that a rule doubts: held, released or rejected. A doubt about size is released
-- when another list, or another host, states the same price of the model and kind, or when the next price is nearly the
-- same; a person's verdict overrides everything.
-- materialized: table
-- key: statement_id
-- columns:
--   confirmed_on: UTC day from which something confirms the price
with first_findings as (
    select findings.*, hosted_rules.precedence, hosted_rules.is_confirmable, hosted_rules.reason, hosted_rules.max_days
    from intermediate.hosted_findings as findings
    join seeds.hosted_rules using (rule)
    qualify row_number() over (partition by statement_id order by precedence) = 1
),
equals as (
    select doubted.statement_id, min(greatest(doubted.known_on, other.known_on)) as confirmed_on
    from first_findings
    join intermediate.hosted_usable as doubted using (statement_id)
    join intermediate.hosted_usable as other
        on
            other.model_group = doubted.model_group
            and other.kind = doubted.kind
            and other.above_tokens = doubted.above_tokens
            and (other.list <> doubted.list or other.host <> doubted.host)
    where first_findings.is_confirmable
        and other.usd between doubted.usd * 0.995 and doubted.usd * 1.005
        and abs(date_diff('day', other.said_at, doubted.said_at)) <= first_findings.max_days
    group by all
),
continued as (
    select statement_id, next_on as confirmed_on
    from (
        select
            statement_id,
            usd,
            lead(usd) over in_series as next_usd,
            lead(known_on) over in_series as next_on
        from intermediate.hosted_usable
        window in_series as (partition by series_id order by n)
    )
    semi join (from first_findings where is_confirmable) using (statement_id)
    where times_apart(usd, next_usd) <= 2
),
confirmed as (
    select statement_id, min(confirmed_on) as confirmed_on
    from (from equals union all from continued)
    group by all
),
decided as (
    select event_id as statement_id, arg_max(verdict, seq) as verdict from landing.decisions group by all
)
select
    first_findings.* exclude (max_days, is_confirmable),
    confirmed.confirmed_on,
    coalesce(decided.verdict, if(confirmed.confirmed_on is null, 'held', 'released')) as status
from first_findings
left join confirmed using (statement_id)
left join decided using (statement_id)
