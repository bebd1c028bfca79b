-- Newest versions that every scrape in this build's landing repeats (staging.repeated_items): nothing but when they
-- were last seen changes. No complete scrape can lie between, or the version would have ended.
-- materialized: table
-- key: series_no
-- driven_by: staging.repeated_items
-- columns:
--   first_on: the version's first day
--   last_scrape, last_on: its last scrape, and that one's UTC day
--   n_seen: scrapes in this landing that showed it
select
    repeated_items.series_no, repeated_items.first_on, new_scrapes.scrape_no as last_scrape,
    new_scrapes.seen_on as last_on, repeated_items.n_seen
from staging.repeated_items
join intermediate.new_scrapes
    on
        new_scrapes.provider = repeated_items.provider
        and new_scrapes.feed = repeated_items.feed
        and new_scrapes.captured_at = repeated_items.last_scrape_at
