-- Imported offers that do not just repeat what is known (staging.repeated_items), with each stretch of scrapes that
-- state the same as one row: what repeats is read once. One row per item and stretch. Columns as landing.offers;
-- observed_at, last_at: first and last scrape of the stretch, n_seen: how many.
-- materialized: table
with looks as (
    -- Those that show nothing too: what comes again after them is not one stretch with what was before.
    select provider, source, captured_at, row_number() over (partition by provider, source order by captured_at) as nth
    from (select distinct provider, source, captured_at from staging.pages where origin = 'imported')
),
parts as (
    -- Two labels of one thing may mean one series: such rows are left as they are, for their series to be told later.
    select part from staging.import_observations group by part having count(distinct item) > 1
),
seen as (
    select
        import_observations.item,
        looks.nth,
        import_observations.captured_at,
        import_observations.lowest,
        import_observations.highest,
        parts.part is not null as is_shared
    from staging.import_observations
    anti join staging.repeated_items using (item)
    join looks using (provider, source, captured_at)
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
    from seen
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
-- Kept apart from the pages: DuckDB would join each item with all looks at its page first.
stated as materialized (
    select items.*, stretches.* exclude (item, stretch) from stretches join items using (item)
)
select
    stated.* exclude (captured_at, last_at, n_seen, lowest, highest),
    'imported' as landing_id,
    if(stated.highest < 0, null, stated.highest) as price,
    if(stated.highest < 0, 'missing', 'priced') as price_status,
    'unknown' as availability,
    if(stated.lowest <> stated.highest, 2, 1) as n_prices,
    stated.captured_at, stated.last_at, stated.n_seen,
    pages.landed_at, pages.sha256, pages.parser_version
from stated
join pages using (provider, source, url, captured_at)
