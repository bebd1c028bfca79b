-- Series: each is one thing that one source quotes for one provider, with its GPU and one price history.
-- materialized: view
-- key: series_id
-- columns:
--   gpu_memory_gb: GB per GPU, NULL where unknown
--   term_months: 0 without a commitment, NULL where the page does not print it
--   price_scope: instance (all-in), gpu_component, offer_aggregate
--   feed: the source under the name used in v1.source_health
--   is_bound: whether it states lower bounds ("from $2"): neither average, index, cheapest nor alert uses them
--   rank: which source answers for its provider, 1 first
select
    series_id, source, feed, provider, instance, gpu, vendor, form_factor, gpu_memory_gb, gpu_count, region,
    region_id, country, continent, zone,
    pricing_model, term_months, upfront, price_scope, rank, is_bound
from core.series
