-- Series that an index may count while their prices are in force, and the index of each.
-- materialized: view
-- key: series_id
-- columns:
--   provider: the provider whose vote the series is part of; v1.series.provider may be another of its names
select series.series_id, index_series.index_id, index_series.constituent as provider, index_series.provider_kind
from intermediate.index_series
join intermediate.series on series.series_no = index_series.series_no
