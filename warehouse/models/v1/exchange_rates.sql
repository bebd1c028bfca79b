-- The newest reference rate of each currency up to the day that "now" means, for readers who think in another currency
-- than US dollars. Prices were converted at the rates of their own days: see rate_on in v1.offers_latest. Without any
-- price in another currency and without fetched rates there is none.
-- materialized: table
-- key: currency
-- columns:
--   currency varchar: ISO 4217 code; USD itself is not listed
--   rate_on date: the day of the European Central Bank's reference rate, at most 35 days before that day
--   usd_per_unit double: USD for one unit of the currency
select fx_rates.currency, fx_rates.rate_on, fx_rates.usd_per_unit
from staging.fx_rates
cross join core.meta
where fx_rates.currency <> 'USD' and fx_rates.rate_on between meta.as_of - 35 and meta.as_of
qualify row_number() over (partition by fx_rates.currency order by fx_rates.rate_on desc) = 1
