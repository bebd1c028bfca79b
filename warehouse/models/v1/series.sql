-- What has one price history: one thing that one source quotes for one provider, with its GPU.
-- materialized: view
-- key: series_id
-- columns:
--   gpu_memory_gb: GB per GPU; gpu_count may be a fraction
--   term_months: 0 without commitment, NULL where unprinted
--   price_scope: instance (all-in), gpu_component, offer_aggregate
--   feed: the source as v1.source_health names it
--   rank: 1 answers first for its provider
select
    series_id, source, feed, provider, instance, gpu, vendor, form_factor, gpu_memory_gb, gpu_count, region, zone,
    pricing_model, term_months, upfront, price_scope, rank
from core.series
