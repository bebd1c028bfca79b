-- Exchange rates by day since 2018: the European Central Bank's reference rates that prices and bills are converted by.
-- materialized: table
-- key: currency, rate_on
-- columns:
--   rate_on: the day of the rate; a price or charge of a day is converted by the last rate before it
--   currency: ISO 4217 code; USD is 1 on every day and has one row
--   usd_per_unit: USD for one unit of the currency
select currency, rate_on, usd_per_unit
from staging.fx_rates
where rate_on >= date '2018-01-01' or currency = 'USD'
order by currency, rate_on
