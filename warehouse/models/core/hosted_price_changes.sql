-- Changes of hosted prices: an accepted price of a list after another one of the same series.
-- materialized: table
-- key: change_id
-- columns:
--   changed_on: first day of the new price; known_on: UTC day on which a reader could know
--   same_as: an earlier change that says the same (another list, or another name of the model); then this is no news
--   n_lists: how many lists state this change
with changes as (
    select *, coalesce(model, model_key) as model_group
    from core.hosted_price_intervals
    where usd_before is not null and usd_per_m_tokens <> usd_before and what = 'stated'
),
ranked as (
    select changes.*, row_number() over (order by known_on, rank, said_at, statement_id) as told_no
    from changes
),
repeats as (
    select
        later.statement_id,
        arg_min(earlier.statement_id, earlier.told_no) as same_as
    from ranked as later
    join ranked as earlier
        on
            earlier.host = later.host
            and earlier.model_key = later.model_key
            and earlier.kind = later.kind
            and earlier.above_tokens = later.above_tokens
            and earlier.hours_utc = later.hours_utc
            and earlier.told_no < later.told_no
            and (earlier.list <> later.list or earlier.hosted_model <> later.hosted_model)
            and later.known_on - earlier.known_on <= 180
            and times_apart(earlier.usd_per_m_tokens, later.usd_per_m_tokens) <= 1.005
            -- One way: a list that puts right its price upwards repeats no cut.
            and (earlier.usd_per_m_tokens < earlier.usd_before) = (later.usd_per_m_tokens < later.usd_before)
    group by all
),
confirmed as (
    select coalesce(repeats.same_as, ranked.statement_id) as statement_id, count(distinct ranked.list) as n_lists
    from ranked
    left join repeats using (statement_id)
    group by all
)
select
    ranked.statement_id as change_id,
    coalesce(ranked.valid_from, ranked.known_on) as changed_on,
    ranked.known_on,
    ranked.list,
    ranked.stated_host,
    ranked.host,
    ranked.hosted_model,
    ranked.model,
    ranked.model_key,
    ranked.kind,
    ranked.above_tokens,
    ranked.hours_utc,
    ranked.usd_before as old_usd_per_m_tokens,
    ranked.usd_per_m_tokens as new_usd_per_m_tokens,
    round((100 * (ranked.usd_per_m_tokens / ranked.usd_before - 1))::decimal(38, 6), 2)::decimal(18, 2) as pct,
    ranked.quality,
    ranked.origin,
    repeats.same_as,
    coalesce(confirmed.n_lists, 1)::integer as n_lists,
    ranked.said_at, ranked.source_url, ranked.host_url, ranked.sha256, ranked.text
from ranked
left join repeats using (statement_id)
left join confirmed on confirmed.statement_id = ranked.statement_id
order by changed_on, host, hosted_model, kind, above_tokens, said_at, change_id
