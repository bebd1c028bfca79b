-- Accepted prices of published lists with the days they held: one row per list, host, model, kind, prompt length, hours
-- and first day. What the gate holds is not here, and the price before it goes on.
-- materialized: table
-- key: statement_id
-- columns:
--   list, rank: as in seeds.hosted_lists; host: the seller, equal in all lists; stated_host, hosted_model: as the list
--     has them
--   model: name in marts.llm_specs, NULL where there is none; model_key: equal for labels that name one model
--   valid_from: first day, NULL where unknown: known only from the change that ended it
--   valid_to: first day on which it no longer held, NULL where it still does
--   known_on: UTC day on which a reader could know
--   quality: ok, or released where the gate doubted it before something confirmed it
with accepted as (
    select
        statements.*,
        verdicts.status,
        greatest(statements.known_on, verdicts.confirmed_on) as accepted_on
    from intermediate.hosted_statements as statements
    left join intermediate.hosted_verdicts as verdicts using (statement_id)
    where verdicts.status is null or verdicts.status = 'released'
),
stretches as (
    select
        *,
        lead(starts_on) over in_series as valid_to,
        lag(usd_per_m_tokens) over in_series as usd_before
    from accepted
    window in_series as (partition by series_id order by n)
)
select
    statement_id,
    series_id,
    n,
    what,
    list,
    rank,
    origin,
    stated_host,
    host,
    hosted_model,
    model,
    model_key,
    kind,
    above_tokens,
    hours_utc,
    usd_per_m_tokens,
    usd_before,
    starts_on as valid_from,
    valid_to,
    coalesce(accepted_on, known_on) as known_on,
    if(status = 'released', 'released', 'ok') as quality,
    is_deprecated, said_at, source_url, host_url, sha256, text
from stretches
join seeds.hosted_lists using (list)
where usd_per_m_tokens is not null
order by list, stated_host, hosted_model, kind, above_tokens, hours_utc, n
