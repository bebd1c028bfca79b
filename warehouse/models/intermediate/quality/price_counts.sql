-- Prices of each GPU, counted by month: the measure of what is plausible. Rows have no key: each build adds its own.
-- materialized: append
-- driven_by: intermediate.new_price_counts
-- columns:
--   gpu, pricing_model varchar: what the prices are for
--   seen_month date: the first day of the month
--   price_class integer: bin of USD per GPU-hour, a tenth of a natural logarithm wide
--   n integer: prices in the bin
from intermediate.new_price_counts
