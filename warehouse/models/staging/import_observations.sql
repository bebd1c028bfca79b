-- Imported rows, as narrow as can be: what was stated of which item at which scrape. Millions of rows only repeat the
-- day before.
-- materialized: table
-- key: item, captured_at
-- columns:
--   item: hash of all that describes a price
--   part: hash of what does so without label, count and unit
--   lowest, highest: price of that scrape in its own unit (-1: missing); they differ where the scrape contradicts
--   itself
select
    hash(
        provider, source, instance, gpu_label, gpu_count, gpu_memory, gpu_memory_is_total, region, zone, pricing_model,
        term_months, upfront, currency, price_unit, price_scope
    ) as item,
    any_value(hash(provider, source, instance, region, zone, pricing_model, term_months, upfront, price_scope)) as part,
    any_value(provider) as provider,
    any_value(source) as source,
    captured_at,
    min(coalesce(price, -1)) as lowest,
    max(coalesce(price, -1)) as highest
from landing.offers
where landing_id in (select landing_id from staging.pages where origin = 'imported')
group by item, captured_at
