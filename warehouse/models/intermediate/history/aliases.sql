-- Series that continue others under a new name; series_no and main_no are both of main series.
-- materialized: rewrite
-- key: series_no
-- columns:
--   series_no integer: the series with the newer name
--   main_no integer: the series that owns the history
--   renamed_on date: the day of the scrape that first showed the new name
--   class varchar: renamed_sku or renamed_zone
--   instance, zone, gpu_label varchar: under the new name
from intermediate.alias_candidates anti join intermediate.split_aliases using (series_no)
