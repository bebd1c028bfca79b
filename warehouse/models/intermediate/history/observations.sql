-- Observations: what each scrape stated of each series. A series has one price history: source x provider x SKU x GPU x
-- count x region x zone x pricing model x term x upfront x scope; sources are never spliced. Only offers that state a
-- price, should (missing), or state an unusable one (out_of_range, unknown_currency), and whose end had not passed.
-- observed_at to last_at, n_seen: the scrapes that stated it, where imported rows repeat.
-- Money: usd_price in USD per the offer's own unit, usd_per_gpu_hour in USD per GPU-hour (NULL for components,
-- statistics, unknown counts).
-- materialized: view
-- few_rows: table
-- driven_by: intermediate.stated_offers
-- key: series_id, is_announced, observed_at
-- columns:
--   is_announced: whether the price applies from a later day
--   n_prices: 2 where one scrape states two different prices for the series, else 1
--   rank: as in intermediate.stated_offers
select
    stated_offers.* exclude (scrape_key, nth, machine)
        replace (coalesce(contested_offers.n_prices, stated_offers.n_prices) as n_prices)
from intermediate.stated_offers
left join intermediate.contested_offers using (nth)
where coalesce(contested_offers.is_chosen, true)
