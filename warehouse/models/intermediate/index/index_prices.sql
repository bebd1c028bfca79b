-- What each provider asks for the GPU of an index.
-- materialized: replace
-- key: index_id, provider, day
-- delete: where day >= (select from_on from intermediate.index_start)
-- columns:
--   index_id, provider varchar: the index and who asks
--   day date: UTC day
--   usd_per_gpu_hour decimal(18, 6): USD per GPU-hour
--   n_offers integer: prices that it is the lowest of
from intermediate.new_index_prices
