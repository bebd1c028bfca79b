-- The newest accepted interval of every series, open or ended.
-- materialized: replace
-- driven_by: intermediate.affected_series, intermediate.reconfirmed_series
-- update: set last_on = reconfirmed_series.last_on from intermediate.reconfirmed_series
--   where reconfirmed_series.series_no = open_intervals.series_no
-- delete: using intermediate.affected_series where affected_series.main_no = open_intervals.series_no
-- key: series_no
-- columns:
--   series_no integer: the series
--   valid_from, valid_to date: UTC days, valid_to exclusive, NULL while open
--   last_on date: when the price was last seen
--   first_scrape integer: the scrape that first showed it
--   usd_per_gpu_hour decimal(18, 6): USD per GPU-hour
--   price decimal(18, 6): the price where six decimals hold it, as nearly always; prices are half of an interval's
--     bytes
--   long_price decimal(38, 18): a price with more digits
--   upfront_price decimal(38, 18): money paid once at the start of a commitment
--   currency, price_unit varchar: as stated
--   usd_per_unit double: USD for one unit of the currency
--   rate_on, effective_from, effective_until date: day of the exchange rate; first day of an announced price; last day
--     on which the price is said to apply
--   availability, quality, gpu_label, text, ended_by varchar: as in core.price_intervals
--   old_usd_per_gpu_hour decimal(18, 6): the price before, USD per GPU-hour
--   old_ended_by varchar: how that price ended: change, gone or expired
select * exclude (is_last)
from intermediate.new_intervals
where is_last
order by series_no
