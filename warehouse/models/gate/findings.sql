-- All that is held against the runs at hand, one row each. Grain: series_no x run_no x rule. Columns: see gate.findings_value.
-- The build keeps it as state.findings, so that an append knows what a whole build would find.
with standing as (
    select f.*
    from gate.findings_now as f
    join seeds.gate_rules as k using (rule)
    left join gate.rejudged as j on j.series_no = f.series_no and f.run_no >= j.from_run_no
    where k.judged_by <> 'way_back' or j.series_no is null
)
from standing
union all by name
from gate.findings_jump
union all by name
from gate.findings_definition
union all by name
from gate.findings_flip
