-- The versions whose way back is looked at in this build: the new ones and four before, of every series with its past
-- at hand. A whole build has all; an append has the past of what was looked at. Why: A-B-A is a verdict on B, and only
-- A's return tells.
-- materialized: table
-- key: series_no
-- columns:
--   from_version_no: the first version to judge again
select series_no, coalesce(min(version_no) filter (where is_new), max(version_no)) - 4 as from_version_no
from intermediate.gated_versions
group by series_no
having count(*) > 1
