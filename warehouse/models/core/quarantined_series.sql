-- Series whose newest price is quarantined: the price in force is the last good one.
-- materialized: table
-- key: series_id
select series.series_id
from intermediate.verdicts
join intermediate.current_versions using (series_no, version_no)
join intermediate.series using (series_no)
where
    verdicts.verdict = 'quarantine'
    and verdicts.status <> 'released'
    and current_versions.ended_on is null
    and not series.is_announced
