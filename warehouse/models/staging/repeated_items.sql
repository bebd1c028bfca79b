-- Imported items that only repeat what is known: at every scrape of this build's landing they state what the newest
-- version of their series states. Of a list of a hundred thousand prices nearly all do, day after day, and need not be
-- read again. Whatever is in the least unusual (two prices at once, two labels of one thing, a scrape without it) is
-- left to staging.imported_offers.
-- materialized: table
-- key: item
-- columns:
--   first_scrape_at, last_scrape_at, n_seen: of this landing
--   series_no: known from an earlier build
with items as (
    select
        item, any_value(part) as part, min(lowest) as lowest, max(highest) as highest,
        min(captured_at) as first_scrape_at, max(captured_at) as last_scrape_at, count(*) as n_seen
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
select items.item, import_items.series_no, items.first_scrape_at, items.last_scrape_at, items.n_seen::integer as n_seen
from items
join state.import_items using (item)
join state.current_versions using (series_no)
join state.series using (series_no)
-- By the source of the series: what was derived from rows has another, and no scrapes of its own.
join feeds on feeds.provider = series.provider and feeds.source = series.source and feeds.n_observations = items.n_seen
anti join parts on parts.part = items.part
where items.lowest = items.highest
    and items.lowest = current_versions.price
    and current_versions.price_status = 'priced'
    and current_versions.n_prices = 1
    and current_versions.availability = 'unknown'
    and current_versions.upfront_price is null
    and current_versions.effective_from is null
    and current_versions.ended_on is null
    and series.feed = series.source
