-- Imported rows in their narrowest form: the price stated for an item at a scrape. Millions of rows only repeat the day
-- before.
-- materialized: table
-- key: item, captured_at
-- columns:
--   item: hash of everything that describes a price
--   part: the same without label, count and unit
--   lowest, highest: prices of that scrape in its own unit (-1: missing); they differ where the scrape contradicts
--     itself
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
