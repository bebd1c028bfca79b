-- Series: each is one thing that one source quotes for one provider, with its GPU and one price history.
-- materialized: view
-- key: series_id
-- columns:
--   gpu_memory_gb: GB per GPU; gpu_count may be a fraction
--   term_months: 0 without a commitment, NULL where the page does not print it
--   price_scope: instance (all-in), gpu_component, offer_aggregate
--   feed: the source under the name used in intermediate.source_days
--   is_bound: whether it states lower bounds ("from $2"): neither average, index, cheapest nor alert uses them
--   rank: which source answers for its provider, 1 first
select
    series.series_id,
    series.source,
    series.feed,
    series.provider,
    coalesce(series_names.instance, series.instance) as instance,
    series.gpu,
    series.vendor,
    series.form_factor,
    series.gpu_memory_gb,
    series.gpu_count,
    series.stated_region as region,
    series.region_id,
    series.country,
    series.continent,
    coalesce(series_names.zone, series.zone) as zone,
    series.pricing_model,
    series.term_months, series.upfront, series.price_scope, series.rank, series.is_bound
from intermediate.series
left join intermediate.series_names using (series_no)
where not series.is_announced and series.series_no not in (select series_no from intermediate.aliases)
