-- The price in force now of every series, with its age, its quality and its receipt. Now is the day of the build where
-- prices came live, else the newest day that was recorded. Prices seen by a scrape not more than 35 days before, as
-- v1.prices_as_of gives them.
-- materialized: view
-- key: series_id
-- columns:
--   is_held: the source states something newer that is held back (v1.quality_events says why), and this price is the
--     last good one
select
    series_id, source, feed, provider, instance, gpu, vendor, form_factor, gpu_memory_gb, gpu_count, region, zone,
    pricing_model, term_months, upfront, price_scope, rank, valid_from, observed_at, last_seen_on, price,
    upfront_price, currency, price_unit, usd_per_unit, rate_on, usd_per_gpu_hour, effective_from, availability,
    quality, origin, landed_at, gpu_label, text, source_url, sha256, parser_version, is_carried_forward,
    is_preferred, as_of, last_seen_at, age_hours, age_days, is_held
from core.offers_latest
