-- What lists say that hosts charge per token, in USD per million tokens: each landed row once. Replayed lists stand in
-- only until the list was read live. No key: a list may state a thing twice in one day.
-- materialized: table
-- columns:
--   list: as in seeds.hosted_lists
--   origin: live, recorded, sample or imported
--   stated_host, hosted_model: as the list has them; host: the same seller in every list
--   kind, above_tokens, hours_utc, effective_from: as landed
--   usd_per_m_tokens: NULL where the list states this no more
--   usd_before: what the list said until then, where an import states it
--   captured_at, sha256, source_url, host_url, text: the receipt
with read_live as (
    select distinct list from landing.hosted_scrapes where origin = 'live' and status in ('ok', 'partial')
),
landed as (
    select
        hosted_prices.*,
        hosted_scrapes.origin,
        case hosted_prices.unit when 'token' then 1000000 when 'k_tokens' then 1000 else 1 end as units_per_m_tokens
    from landing.hosted_prices
    join landing.hosted_scrapes using (landing_id, list)
    where hosted_prices.captured_at between '2020-01-01 00:00:00+00' and '2199-12-31 00:00:00+00'
        and (hosted_scrapes.origin not in ('recorded', 'sample') or list not in (select list from read_live))
),
united as (
    select
        list, origin, host as stated_host, model as hosted_model, kind, above_tokens, hours_utc, effective_from,
        (price::decimal(28, 18) * units_per_m_tokens)::decimal(38, 12) as usd_per_m_tokens,
        (price_before::decimal(28, 18) * units_per_m_tokens)::decimal(38, 12) as usd_before,
        is_deprecated, context_tokens, output_limit, captured_at, source_url, host_url, sha256, text, landing_id
    from landed
)
select
    united.* exclude (landing_id),
    coalesce(hosted_hosts.host, united.stated_host) as host,
    captured_at::date as seen_on
from united
left join seeds.hosted_hosts on hosted_hosts.list = united.list and hosted_hosts.stated = united.stated_host
qualify row_number() over (
    partition by
        united.list, stated_host, hosted_model, kind, above_tokens, hours_utc, effective_from, captured_at,
        usd_per_m_tokens, usd_before
    order by origin, landing_id
) = 1
