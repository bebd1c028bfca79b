-- The current price of every series, with its age, quality and receipt. "Current" is the day of the build if any price
-- was scraped live or imported, else the newest replayed day. Prices last seen at most 35 days before, as
-- v1.prices_as_of returns them.
-- materialized: view
-- key: series_id
-- columns:
--   is_held: a newer price of the source is quarantined (see v1.quality_events), and this is the last good one
select
    series_id, source, feed, provider, instance, gpu, vendor, form_factor, gpu_memory_gb, gpu_count, region,
    region_id, country, continent, zone, pricing_model, term_months, upfront, price_scope, rank, valid_from,
    observed_at, last_seen_on, price, upfront_price, currency, price_unit, usd_per_unit, rate_on, usd_per_gpu_hour,
    effective_from, effective_until, availability, product, is_floor, vcpus, ram_gb, local_disk_gb, interconnect,
    quality, origin, landed_at, gpu_label, text, source_url, sha256, parser_version, is_carried_forward, is_preferred,
    as_of, last_seen_at, age_hours, age_days, is_held
from core.offers_latest
