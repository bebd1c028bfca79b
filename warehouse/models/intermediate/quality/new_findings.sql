-- All findings on the versions at hand. Columns: see intermediate.rule_value. The build keeps them as state.findings,
-- so that an append knows what a whole build would find.
-- materialized: table
-- driven_by: intermediate.gated_versions
-- key: series_no, version_no, rule
with standing as (
    select standing_findings.*
    from intermediate.standing_findings
    join seeds.gate_rules using (rule)
    left join
        intermediate.rejudged_series
        on
            rejudged_series.series_no = standing_findings.series_no
            and standing_findings.version_no >= rejudged_series.from_version_no
    where gate_rules.judged_by <> 'way_back' or rejudged_series.series_no is null
)
from standing
union all by name
from intermediate.rule_jump
union all by name
from intermediate.rule_definition
union all by name
from intermediate.rule_flip
