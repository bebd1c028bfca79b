-- Series whose way back is checked in this build, and from which version on: the new ones and four before, of every
-- series whose past is at hand. A whole build has all; an append has the past of the series that it judges. Why: A-B-A
-- is a verdict on B, and only A's return reveals it.
-- materialized: table
-- driven_by: intermediate.gated_versions
-- key: series_no
-- columns:
--   from_version_no: the first version to judge again
select series_no, coalesce(min(version_no) filter (where is_new), max(version_no)) - 4 as from_version_no
from intermediate.gated_versions
group by series_no
having count(*) > 1
