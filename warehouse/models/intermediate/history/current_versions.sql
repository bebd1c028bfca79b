-- The newest price version of every series.
-- materialized: replace
-- driven_by: intermediate.new_versions, intermediate.continued_versions
-- update: set last_scrape = continued_versions.last_scrape, last_on = continued_versions.last_on,
--     n_seen = current_versions.n_seen + continued_versions.n_seen
--   from intermediate.continued_versions where continued_versions.series_no = current_versions.series_no
-- delete: using intermediate.new_versions where new_versions.series_no = current_versions.series_no
-- key: series_no
-- columns:
--   series_no integer: the series
--   version_no integer: numbered from 1 within the series
--   first_scrape, last_scrape integer: first and last scrape that showed the version
--   first_on, last_on date: their UTC days
--   ended_on date: the first complete day without the series, NULL while it lasts
--   n_seen integer: scrapes that showed it
--   price, upfront_price decimal(38, 18): money in currency, per price_unit
--   currency, price_unit, availability varchar: as stated
--   effective_from, effective_until date: first day of an announced price; last day on which a price is said to apply
--   price_status varchar: priced, missing, ...
--   n_prices integer: 2 where one scrape states two prices for the series
--   usd_per_unit double: USD for one unit of the currency
--   rate_on date: the day of that exchange rate
--   usd_price decimal(38, 18): USD per price_unit
--   usd_per_gpu_hour decimal(18, 6): USD per GPU-hour
--   gpu_label, text varchar: the printed label, and the text that the price was read from
select * exclude (is_new, is_last)
from intermediate.new_versions
where is_last
order by series_no
