-- Series that this build changes; all their versions from from_version_no on are new.
-- materialized: append
-- key: series_no
-- reset: build
-- columns:
--   series_no integer: the series
--   from_version_no integer: the first new version, NULL where there is none
--   moved_on date: the day from which its statements change
--   is_only_seen boolean: whether the newest version merely continues
select
    series_no,
    min(version_no) filter (where is_new) as from_version_no,
    min(greatest(first_on, coalesce(effective_from, first_on))) as moved_on,
    bool_and(not is_new and is_last and ended_on is null) as is_only_seen
from intermediate.new_versions
group by series_no
union all by name
select series_no, first_on as moved_on, true as is_only_seen
from intermediate.continued_versions
