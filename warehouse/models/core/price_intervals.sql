-- Accepted prices with the days they were in force, and the receipt of the first scrape that showed each.
-- materialized: view
-- key: series_id, valid_from, observed_at
-- columns:
--   valid_from, valid_to: UTC days, valid_to exclusive, NULL while no end is known; it can lie ahead
--   last_seen_on: the last UTC day on which a scrape showed the price
--   usd_per_gpu_hour: USD per GPU-hour, NULL for components and statistics
--   price: native money in currency, per price_unit
--   usd_per_unit, rate_on: the exchange rate used and its day
--   vcpus, ram_gb, local_disk_gb, interconnect: as the newest scrape states them, else as the instance table does
--   max_gpu_count: how many GPUs of a price per GPU can be rented in one machine, as the newest scrape states it
--   product, is_floor: as the newest scrape states them
--   quality: ok, flagged, released
--   ended_by: change, gone, expired (its stated end passed, and nothing more is known), NULL
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
    series.term_months,
    series.upfront,
    series.price_scope,
    series.rank,
    intervals.valid_from, intervals.valid_to, scrapes.captured_at as observed_at, intervals.last_on as last_seen_on,
    intervals.price,
    intervals.upfront_price,
    intervals.currency,
    intervals.price_unit,
    intervals.usd_per_unit,
    intervals.rate_on,
    intervals.usd_per_gpu_hour,
    intervals.effective_from,
    intervals.effective_until,
    intervals.availability,
    intervals.quality,
    coalesce(machines.vcpus, series.known_vcpus) as vcpus,
    coalesce(machines.ram_gb, series.known_ram_gb) as ram_gb,
    coalesce(machines.local_disk_gb, series.known_disk_gb) as local_disk_gb,
    coalesce(machines.interconnect, series.known_interconnect) as interconnect,
    machines.max_gpu_count,
    machines.product,
    coalesce(machines.is_floor, series.is_bound) as is_floor,
    intervals.ended_by,
    intervals.old_usd_per_gpu_hour,
    intervals.old_ended_by,
    scrapes.origin,
    scrapes.landed_at,
    intervals.gpu_label,
    intervals.text,
    scrapes.source_url,
    scrapes.sha256,
    scrapes.parser_version
from intermediate.intervals
join intermediate.series using (series_no)
left join intermediate.series_names using (series_no)
left join intermediate.machines using (series_no)
join intermediate.scrapes on scrapes.scrape_no = intervals.first_scrape
