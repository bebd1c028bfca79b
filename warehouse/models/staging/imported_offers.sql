-- Imported offers other than mere repeats (staging.repeated_items). One row per item and stretch of scrapes that state
-- the same price, so a repeated price is processed once. Columns as in landing.offers; observed_at and last_at: first
-- and last scrape of the stretch; n_seen: number of scrapes.
-- materialized: table
with scrapes as (
    -- Empty scrapes count too: a price that returns after one starts a new stretch.
    select provider, source, captured_at, row_number() over (partition by provider, source order by captured_at) as nth
    from (select distinct provider, source, captured_at from staging.pages where origin = 'imported')
),
parts as (
    -- Two labels of one thing may belong to one series: leave such rows alone until their series is known.
    select part from staging.import_observations group by part having count(distinct item) > 1
),
observations as (
    select
        import_observations.item,
        scrapes.nth,
        import_observations.captured_at,
        import_observations.lowest,
        import_observations.highest,
        parts.part is not null as is_shared
    from staging.import_observations
    anti join staging.repeated_items using (item)
    join scrapes using (provider, source, captured_at)
    left join parts using (part)
),
compared as (
    select
        *,
        coalesce(
            is_shared or lag(nth) over one <> nth - 1
            or lag(lowest) over one <> lowest or lag(highest) over one <> highest,
            true
        ) as starts
    from observations
    window one as (partition by item order by nth)
),
counted as (
    select *, sum(starts::integer) over (partition by item order by nth) as stretch from compared
),
stretches as (
    select
        item, stretch, min(captured_at) as captured_at, max(captured_at) as last_at, count(*)::integer as n_seen,
        any_value(lowest) as lowest, any_value(highest) as highest
    from counted
    group by item, stretch
),
items as (
    select
        hash(
            provider, source, instance, gpu_label, gpu_count, gpu_memory, gpu_memory_is_total, region, zone,
            pricing_model, term_months, upfront, currency, price_unit, price_scope
        ) as item,
        provider, source, instance, gpu_label, gpu_count, gpu_memory, gpu_memory_is_total, region, zone,
        pricing_model, term_months, upfront, currency, price_unit, price_scope, min(url) as url, min(text) as text
    from landing.offers
    where landing_id in (select landing_id from staging.pages where origin = 'imported')
        and item in (select item from stretches)
    group by all
),
pages as (
    select provider, source, url, captured_at, max(landed_at) as landed_at, min(sha256) as sha256,
        max(parser_version) as parser_version
    from staging.pages
    where origin = 'imported'
    group by all
),
-- Materialized apart from the pages: DuckDB would first join each item with every scrape of its page.
stretch_items as materialized (
    select items.*, stretches.* exclude (item, stretch) from stretches join items using (item)
)
select
    stretch_items.* exclude (captured_at, last_at, n_seen, lowest, highest),
    'imported' as landing_id,
    if(stretch_items.highest < 0, null, stretch_items.highest) as price,
    if(stretch_items.highest < 0, 'missing', 'priced') as price_status,
    'unknown' as availability,
    if(stretch_items.lowest <> stretch_items.highest, 2, 1) as n_prices,
    stretch_items.captured_at, stretch_items.last_at, stretch_items.n_seen,
    pages.landed_at, pages.sha256, pages.parser_version
from stretch_items
join pages using (provider, source, url, captured_at)
