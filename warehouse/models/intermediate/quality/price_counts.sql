-- What was asked for each GPU, by month: the measure of what is plausible. Rows have no key: each build adds its own.
-- materialized: append
-- columns:
--   gpu, pricing_model varchar: of what
--   seen_month date: the first day of the month
--   price_class integer: a tenth of a natural logarithm of USD per GPU-hour wide
--   n integer: prices in the class
from intermediate.new_price_counts
