-- Recent versions that newer ones of their series push into intermediate.old_versions.
-- materialized: table
-- driven_by: intermediate.new_versions
-- key: series_no, version_no
with newest as (
    select series_no, max(version_no) as newest_no from intermediate.new_versions group by series_no
)
select recent_versions.*
from state.recent_versions
join
    newest
    on
        newest.series_no = recent_versions.series_no
        and recent_versions.version_no < newest.newest_no - n_recent_versions()
