-- The oldest recent version of each series; earlier ones lie in intermediate.old_versions, which an append hardly ever
-- needs. Only series with more than one price version.
-- materialized: table
-- key: series_no
-- columns:
--   version_no, first_on: of the oldest version in intermediate.recent_versions
select series_no, min(version_no) as version_no, min(first_on) as first_on
from intermediate.recent_versions
group by series_no
