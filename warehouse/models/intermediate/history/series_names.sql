-- The current name of every renamed series.
-- materialized: table
-- key: series_no
-- columns:
--   series_no: the series that owns the history
select
    main_no as series_no,
    arg_max(instance, renamed_on) as instance,
    arg_max(zone, renamed_on) as zone,
    max(renamed_on) as renamed_on
from intermediate.aliases
group by main_no
