-- All price versions: stretches of scrapes at which a series stated the same.
-- materialized: view
-- key: series_no, version_no
from intermediate.current_versions
union all
from intermediate.recent_versions
union all
from intermediate.old_versions
