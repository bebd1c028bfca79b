-- What each day of an index was made of: every provider's lowest price that counts, its weight and its receipt, which
-- is the row of v1.price_intervals with the same series_id and observed_at.
-- materialized: view
-- key: index_id, day, provider
-- columns:
--   weight: share of the vote in the level, NULL where the day has none; in the chain, each provider with a log_ratio
--     has the same
--   log_ratio: mean of ln(price / price before) over the provider's series that count on this day and on the index's
--     previous day with a level; NULL where it did not count on both
--   n_series: number of those series; 0 where only the provider is the same, and log_ratio is of its lowest prices
--   usd_before, usd_now: lowest price among those series on the two days, USD per GPU-hour; NULL where log_ratio is
select
    prices.index_id,
    prices.day,
    prices.constituent as provider,
    if(days.is_ok, 1 / days.n_providers, null)::double as weight,
    prices.usd_per_gpu_hour,
    prices.n_offers,
    series.series_id,
    scrapes.captured_at as observed_at,
    scrapes.source_url,
    scrapes.sha256,
    links.log_ratio,
    links.n_series,
    links.usd_before,
    links.usd_now
from intermediate.index_prices as prices
join intermediate.index_days as days on days.index_id = prices.index_id and days.day = prices.day
join intermediate.series on series.series_no = prices.series_no
join intermediate.scrapes on scrapes.scrape_no = prices.first_scrape
left join intermediate.index_links as links
    on links.index_id = prices.index_id and links.day = prices.day and links.constituent = prices.constituent
