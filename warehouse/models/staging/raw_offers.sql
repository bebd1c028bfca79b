-- Every offer as its page states it, with the page's receipt, and the quoted cells of the reference document. One row
-- per printed price; for imports, one row per stretch of scrapes that state the same price (observed_at to last_at).
-- Money in the page's own currency and unit. stated_region: the region as printed, NULL where the page states none.
-- materialized: view
select
    offers.* exclude (url, term_months, zone, interconnect, product),
    nullif(offers.interconnect, '') as interconnect,
    nullif(offers.product, '') as product,
    coalesce(offers.zone, '') as zone, -- absent from older landings
    -- Parsers write "global" where a page states no region; it stays part of the key of a series.
    if(offers.region in ('', 'global'), null, offers.region) as stated_region,
    -- A page may not print a commitment's term; without a commitment there is none.
    if(offers.pricing_model in ('on_demand', 'spot'), 0, offers.term_months) as term_months,
    offers.captured_at as observed_at,
    offers.captured_at as last_at,
    1 as n_seen,
    1 as n_prices,
    null::ubigint as item,
    pages.landed_at,
    pages.origin,
    pages.source as feed, -- the fetcher's name for the page, which may state several sources
    pages.url as source_url,
    pages.sha256,
    pages.parser_version
from landing.offers
join staging.pages using (landing_id, provider, url, captured_at)
where pages.origin <> 'imported'
union all by name
select
    * exclude (url) replace (if(pricing_model in ('on_demand', 'spot'), 0, term_months) as term_months),
    captured_at as observed_at,
    nullif(region, '') as stated_region,
    'imported' as origin, source as feed, url as source_url
from staging.imported_offers
union all by name
select
    'seed' as landing_id,
    'seed' as source,
    'seed' as feed,
    coalesce(provider_aliases.provider, lower(seed_prices.provider)) as provider,
    coalesce(seed_prices.instance, '') as instance,
    seed_prices.gpu_label,
    1::decimal(18, 10) as gpu_count,
    '' as gpu_memory,
    false as gpu_memory_is_total,
    '' as region, -- the document names none
    null as stated_region,
    '' as zone,
    seed_prices.pricing_model,
    seed_prices.term_months::integer as term_months,
    '' as upfront,
    -- CSV numbers arrive as floats: restore the printed digits
    seed_prices.usd_per_gpu_hour::decimal(18, 6)::decimal(38, 18) as price,
    'USD' as currency,
    'gpu_hour' as price_unit,
    'instance' as price_scope,
    'priced' as price_status,
    'unknown' as availability,
    seed_prices.gpu_label || ' ' || seed_prices.provider || ' ' || seed_prices.printed as text,
    seed_prices.as_of::timestamptz as captured_at,
    seed_prices.as_of::timestamptz as observed_at,
    seed_prices.as_of::timestamptz as landed_at,
    seed_prices.as_of::timestamptz as last_at,
    1 as n_seen,
    1 as n_prices,
    'seed' as origin,
    seed_prices.source as source_url,
    '' as sha256,
    'seed' as parser_version
from landing.seed_prices
left join seeds.provider_aliases on provider_aliases.alias = lower(seed_prices.provider)
where seed_prices.usd_per_gpu_hour is not null
