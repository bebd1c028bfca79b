-- Verdicts that this build changes: new ones, different ones, and withdrawn ones (verdict NULL). Only for versions that
-- the gate saw in this build.
-- materialized: table
-- driven_by: intermediate.gated_versions
-- key: series_no, version_no
select
    gated_versions.series_no,
    gated_versions.version_no,
    gated_versions.first_on,
    new_verdicts.* exclude (series_no, version_no)
from intermediate.gated_versions
left join intermediate.new_verdicts using (series_no, version_no)
left join state.verdicts using (series_no, version_no)
where new_verdicts.verdict is distinct from verdicts.verdict
    or new_verdicts.status is distinct from verdicts.status
    or new_verdicts.rule is distinct from verdicts.rule
    or new_verdicts.reason is distinct from verdicts.reason
    -- A confirmation that is out of view now stays.
    or coalesce(new_verdicts.confirmed_by, verdicts.confirmed_by) is distinct from verdicts.confirmed_by
