-- Price change of each provider since the index's previous day.
-- materialized: replace
-- key: index_id, provider, day
-- delete: where day >= (select from_on from intermediate.index_start)
-- columns:
--   index_id, provider varchar: the index, and the provider
--   day date: UTC day
--   log_ratio double: mean of ln(price / price before) over the provider's series that count on both days
--   n_series integer: number of those series
from intermediate.new_index_links
