-- Each provider's price for the GPU of an index, by day.
-- materialized: replace
-- key: index_id, provider, day
-- delete: where day >= (select from_on from intermediate.index_start)
-- columns:
--   index_id, provider varchar: the index, and the provider
--   day date: UTC day
--   usd_per_gpu_hour decimal(18, 6): USD per GPU-hour
--   n_offers integer: prices of which it is the lowest
from intermediate.new_index_prices
