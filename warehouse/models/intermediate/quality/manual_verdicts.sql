-- Decisions by people on versions, from the ledger: the latest counts. Event ids as in v1.quality_events.
-- materialized: table
-- driven_by: intermediate.gated_versions
-- key: series_no, version_no
-- columns:
--   verdict: released or rejected
select gated_versions.series_no, gated_versions.version_no, arg_max(decisions.verdict, decisions.seq) as verdict
from intermediate.gated_versions
join intermediate.series using (series_no)
join landing.decisions on decisions.event_id = event_id(series.series_id, gated_versions.first_at)
group by all
