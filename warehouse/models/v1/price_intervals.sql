-- Accepted prices with the days they were in force, and the receipt of the first scrape that showed each.
-- materialized: view
-- key: series_id, valid_from, observed_at
-- columns:
--   valid_from: first UTC day on which the price was in force
--   valid_to: first UTC day on which it no longer was (exclusive), NULL while no end is known; it can lie ahead
--   last_seen_on: the last UTC day on which a scrape showed the price
--   usd_per_gpu_hour: USD per GPU-hour, NULL for components and statistics
--   price: native money in currency, per price_unit
--   usd_per_unit: the exchange rate used, USD per one unit of currency; 1 for USD
--   rate_on: day of that rate, NULL for USD
--   quality: ok, flagged, released
--   ended_by: change, gone, expired (its stated end passed, and nothing more is known), NULL
select
    series_id, source, feed, provider, instance, gpu, vendor, form_factor, gpu_memory_gb, gpu_count, region,
    region_id, country, continent, zone,
    pricing_model, term_months, upfront, price_scope, rank, valid_from, valid_to, observed_at, last_seen_on, price,
    upfront_price, currency, price_unit, usd_per_unit, rate_on, usd_per_gpu_hour, effective_from,
    effective_until, availability, quality, ended_by, old_usd_per_gpu_hour, old_ended_by, origin, landed_at, gpu_label,
    text, source_url, sha256, parser_version
from core.price_intervals
