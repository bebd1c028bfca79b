-- Imported items whose every scrape in this build's landing repeats the newest version of their series. In a list of a
-- hundred thousand prices nearly all do, day after day, and need no further processing. Anything unusual (two prices at
-- once, two labels of one thing, a scrape without the item) is left to staging.imported_offers.
-- materialized: table
-- join_order: as_written
-- key: item
-- columns:
--   last_scrape_at, n_seen: within this landing
--   series_no, provider, feed: as an earlier build assigned it
--   first_on: first day of the newest version
with items as (
    select
        item, any_value(part) as part, min(lowest) as lowest, max(highest) as highest,
        max(captured_at) as last_scrape_at, count(*) as n_seen
    from staging.import_observations
    group by item
),
parts as (
    select part from items group by part having count(*) > 1
),
feeds as (
    select provider, source, count(distinct captured_at) as n_observations
    from staging.pages
    group by provider, source
    having bool_and(origin = 'imported') and count(distinct (url, captured_at)) = n_observations
)
select
    items.item, import_items.series_no, series.provider, series.feed, current_versions.first_on,
    items.last_scrape_at, items.n_seen::integer as n_seen
from items
join state.import_items using (item)
join state.current_versions using (series_no)
join state.series using (series_no)
-- By the source of the series: derived series have another source, and no scrapes of their own.
join feeds on feeds.provider = series.provider and feeds.source = series.source and feeds.n_observations = items.n_seen
anti join parts on parts.part = items.part
where items.lowest = items.highest
    and items.lowest = current_versions.price
    and current_versions.price_status = 'priced'
    and current_versions.n_prices = 1
    and current_versions.availability = 'unknown'
    and current_versions.upfront_price is null
    and current_versions.effective_from is null
    and current_versions.effective_until is null
    and current_versions.ended_on is null
    and series.feed = series.source
