-- View: Every offer as its page states it, with the page's receipt, and the seed document's quoted cells.
-- Grain: one printed price; of imported ones, a stretch of looks that state the same (observed_at to last_at). Money in the page's own currency and unit.
select
    o.* exclude (url, term_months, zone),
    coalesce(o.zone, '') as zone, -- landed before there was one
    -- A commitment's term may be unprinted; without commitment there is none.
    if(o.pricing_model in ('on_demand', 'spot'), 0, o.term_months) as term_months,
    o.captured_at as observed_at,
    o.captured_at as last_at,
    1 as n_seen,
    1 as n_prices,
    null::ubigint as item,
    p.landed_at,
    p.origin,
    p.source as feed, -- as the fetcher names the page: one page may state several sources
    p.url as source_url,
    p.sha256,
    p.parser_version
from landing.offers as o
join staging.pages as p using (landing_id, provider, url, captured_at)
where p.origin <> 'imported'
union all by name
select
    * exclude (url) replace (if(pricing_model in ('on_demand', 'spot'), 0, term_months) as term_months),
    captured_at as observed_at,
    'imported' as origin, source as feed, url as source_url
from staging.imported
union all by name
select
    'seed' as landing_id,
    'seed' as source,
    'seed' as feed,
    coalesce(a.provider, lower(s.provider)) as provider,
    coalesce(s.instance, '') as instance,
    s.gpu_label,
    1::decimal(18, 10) as gpu_count,
    '' as gpu_memory,
    false as gpu_memory_is_total,
    '' as region, -- the document names none
    '' as zone,
    s.pricing_model,
    s.term_months::integer as term_months,
    '' as upfront,
    s.usd_per_gpu_hour::decimal(18, 6)::decimal(38, 18) as price, -- a CSV's number arrives as a float: its own digits
    'USD' as currency,
    'gpu_hour' as price_unit,
    'instance' as price_scope,
    'priced' as price_status,
    'unknown' as availability,
    s.gpu_label || ' ' || s.provider || ' ' || s.printed as text,
    s.as_of::timestamptz as captured_at,
    s.as_of::timestamptz as observed_at,
    s.as_of::timestamptz as landed_at,
    s.as_of::timestamptz as last_at,
    1 as n_seen,
    1 as n_prices,
    'seed' as origin,
    s.source as source_url,
    '' as sha256,
    'seed' as parser_version
from landing.seed_prices as s
left join seeds.provider_aliases as a on a.alias = lower(s.provider)
where s.usd_per_gpu_hour is not null
